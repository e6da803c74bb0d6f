// Circles of marks on a canvas.
const markColours = {
    pick: "#35e05a",
    good: "#4db8ff",
    bad: "#ff6b5e",
    chosen: "#ffe14d"
};

// `place` turns a mark into a point of the canvas; `radius` in its pixels; lines `line` wide. A dark halo sets them off
// from bright grounds; many small circles go without.
function drawMarks(context, marks, place, radius, line, {chosen = null, halo = true} = {}) {
    const bounds = context.canvas;
    const size = Math.max(radius, 2.5);
    const groups = {pick: [], good: [], bad: []};
    for (const mark of marks) {
        const [x, y] = place(mark);
        if (x < -size || y < -size || x > bounds.width + size || y > bounds.height + size) continue;
        groups[mark.verdict === 1 ? "good" : mark.verdict === 0 ? "bad" : "pick"].push([x, y]);
    }
    for (const [name, points] of Object.entries(groups)) {
        if (points.length === 0) continue;
        context.beginPath();
        for (const [x, y] of points) {
            context.moveTo(x + size, y);
            context.arc(x, y, size, 0, 2 * Math.PI);
            if (name === "bad") {  // also told by a stroke, for eyes that do not tell the colours apart
                const d = size * Math.SQRT1_2;
                context.moveTo(x - d, y + d);
                context.lineTo(x + d, y - d);
            } else if (name === "good") {
                context.moveTo(x + size / 4, y);
                context.arc(x, y, size / 4, 0, 2 * Math.PI);
            }
        }
        if (halo) {
            context.strokeStyle = "rgba(0, 0, 0, 0.55)";
            context.lineWidth = line * 2;
            context.stroke();
        }
        context.strokeStyle = markColours[name];
        context.lineWidth = line;
        context.stroke();
    }
    if (chosen) {
        const [x, y] = place(chosen);
        context.beginPath();
        context.arc(x, y, size + 2 * line, 0, 2 * Math.PI);
        context.strokeStyle = markColours.chosen;
        context.lineWidth = line;
        context.stroke();
    }
}

// Gives a canvas as many pixels as its place on the screen has; its scale, screen pixels per unit of the page.
function fitCanvas(canvas, width, height) {
    const scale = window.devicePixelRatio || 1;
    const w = Math.max(1, Math.round(width * scale)), h = Math.max(1, Math.round(height * scale));
    if (canvas.width !== w || canvas.height !== h) {
        canvas.width = w;
        canvas.height = h;
    } else {
        canvas.getContext("2d").clearRect(0, 0, w, h);
    }
    return scale;
}
