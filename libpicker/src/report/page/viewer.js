// One micrograph, large: what is shown, and what corrections do. Input is in viewer_input.js.
const viewer = {
    micrograph: null,
    image: null,
    scale: 1,
    left: 0,
    top: 0,
    chosen: null,
    cross: null,
    screenScale: 1,
};
const viewerCanvas = byId("viewer-canvas");
const modeHints = {
    add: "Click or tap an empty place to add a pick, a pick to choose it.",
    remove: "Click or tap a pick to take it out.",
    good: "Click or tap a pick to mark it good, again to take that back.",
    bad: "Click or tap a pick to mark it bad (no particle), again to take that back.",
    move: "Drag to move, pinch or turn the wheel to zoom. Nothing is changed.",
};
const viewerMode = () => document.querySelector("input[name=\"mode\"]:checked").value;
const viewerHint = (text) => {
    byId("viewer-hint").textContent = text;
};

// From the micrograph's pixels to the canvas and back: a pixel is a square, and a coordinate names its centre.
const toCanvas = (mark) => [viewer.left + (mark.x + 0.5) * viewer.scale, viewer.top + (mark.y + 0.5) * viewer.scale];
const toMicrograph = (x, y) => ({x: (x - viewer.left) / viewer.scale - 0.5, y: (y - viewer.top) / viewer.scale - 0.5});

function openViewer(m) {
    if (!byId("viewer").open) byId("viewer").showModal();
    viewer.micrograph = m;
    viewer.chosen = viewer.cross = null;
    viewer.image = null;
    const address = pictureAddress(m);
    if (address) {
        const image = new Image();
        image.onload = () => {
            if (viewer.micrograph !== m) return;
            viewer.image = image;
            drawViewer();
        };
        image.src = address;
    }
    byId("viewer-name").textContent = m.name;
    byId("viewer-name").title = m.name;
    viewerHint(m.error ?? m.problem ?? m.noPicture ?? modeHints[viewerMode()]);
    fitViewer();
    showViewerState();
    viewerCanvas.focus();
}

function fitViewer() {
    const m = viewer.micrograph, stage = byId("viewer-stage");
    viewer.screenScale = window.devicePixelRatio || 1;
    const width = stage.clientWidth * viewer.screenScale, height = stage.clientHeight * viewer.screenScale;
    const w = m.width || 1, h = m.height || 1;
    viewer.scale = Math.min(width / w, height / h);
    viewer.left = (width - w * viewer.scale) / 2;
    viewer.top = (height - h * viewer.scale) / 2;
    drawViewer();
}

// Zooms about a point of the canvas that stays where it is; never smaller than the whole, and some of it stays in view.
function zoomViewer(factor, x = viewerCanvas.width / 2, y = viewerCanvas.height / 2) {
    const m = viewer.micrograph,
          fit = Math.min(viewerCanvas.width / (m.width || 1), viewerCanvas.height / (m.height || 1));
    const next = Math.min(Math.max(viewer.scale * factor, fit), Math.max(fit * 24, 4 * viewer.screenScale));
    viewer.left = x - ((x - viewer.left) / viewer.scale) * next;
    viewer.top = y - ((y - viewer.top) / viewer.scale) * next;
    viewer.scale = next;
    moveViewer(0, 0);
}
function moveViewer(dx, dy) {
    const m = viewer.micrograph;
    const keep = (offset, size, room) =>
        (size <= room ? (room - size) / 2 : Math.min(0, Math.max(room - size, offset)));
    viewer.left = keep(viewer.left + dx, m.width * viewer.scale, viewerCanvas.width);
    viewer.top = keep(viewer.top + dy, m.height * viewer.scale, viewerCanvas.height);
    drawViewer();
}

const drawViewer = oncePerFrame(() => {
    const m = viewer.micrograph, stage = byId("viewer-stage");
    if (!m || !byId("viewer").open) return;
    fitCanvas(viewerCanvas, stage.clientWidth, stage.clientHeight);
    const context = viewerCanvas.getContext("2d");
    const width = m.width * viewer.scale, height = m.height * viewer.scale;
    context.fillStyle = "#6d7680";
    context.fillRect(viewer.left, viewer.top, width, height);
    if (viewer.image) {
        context.imageSmoothingEnabled = true;
        context.imageSmoothingQuality = "high";
        context.drawImage(viewer.image, viewer.left, viewer.top, width, height);
    }
    const radius = radiusOf(m) * viewer.scale, line = 1.75 * viewer.screenScale;
    const marks = marksOf(m);
    const chosen = marks.find(sameMark(viewer.chosen)) ?? null;
    if (byId("viewer-circles").checked) drawMarks(context, marks, toCanvas, radius, line, {chosen});
    if (viewer.cross) {
        const [x, y] = toCanvas(viewer.cross), arm = Math.max(radius, 12 * viewer.screenScale);
        context.beginPath();
        context.moveTo(x - arm, y);
        context.lineTo(x + arm, y);
        context.moveTo(x, y - arm);
        context.lineTo(x, y + arm);
        context.strokeStyle = markColours.chosen;
        context.lineWidth = line / 1.5;
        context.stroke();
    }
});

const sameMark = (one) => (mark) => one !== null && mark.row === one.row && mark.added === one.added;

function showViewerState() {
    const m = viewer.micrograph;
    if (!m || !byId("viewer").open) return;
    const marks = marksOf(m);
    const good = marks.filter((mark) => mark.verdict === 1).length,
          bad = marks.length - marks.filter(isParticle).length;
    const words = wasPicked(m) || marks.length ? [countText(particleCount(m), "pick")] : [m.status];
    if (good) words.push(wholeText(good) + " good");
    if (bad) words.push(wholeText(bad) + " bad");
    byId("viewer-count").textContent = words.join(", ");
    byId("viewer-reviewed").checked = isReviewed(m);
    byId("viewer-undo").disabled = undoList.length === 0;
    const place = galleryList.indexOf(m);
    byId("viewer-previous").disabled = place <= 0;
    byId("viewer-next").disabled = place < 0 || place >= galleryList.length - 1;
    drawViewer();
}

// The mark nearest to a place, if it is within `reach` pixels of the micrograph.
function markNear(place, reach) {
    let best = null, least = reach;
    for (const mark of marksOf(viewer.micrograph)) {
        const distance = Math.hypot(mark.x - place.x, mark.y - place.y);
        if (distance <= least) {
            least = distance;
            best = mark;
        }
    }
    return best;
}

function judge(mark, verdict) {  // "removed", 1 or 0; the same again takes it back
    correct(viewer.micrograph, (c) => {
        c.reviewed = true;
        if (mark.added !== undefined) {
            if (verdict === "removed")
                c.added.splice(mark.added, 1);
            else
                c.added[mark.added].verdict = c.added[mark.added].verdict === verdict ? -1 : verdict;
        } else if (c.rows.get(mark.row) === verdict)
            c.rows.delete(mark.row);
        else
            c.rows.set(mark.row, verdict);
    });
    if (verdict === "removed") viewer.chosen = null;
}

// What a click or Enter does at a place of the micrograph; `touch`: fingers are less exact.
function actAt(place, touch = false) {
    const m = viewer.micrograph, mode = viewerMode();
    const reach = Math.max(radiusOf(m), ((touch ? 22 : 10) * viewer.screenScale) / viewer.scale);
    if (mode === "move") return;
    if (mode === "add") {
        const near = markNear(place, reach / 2);
        if (near) {
            viewer.chosen = near;
            const score = Number.isNaN(near.score) ? "added by hand" : "score " + scoreText(near.score);
            viewerHint(`Chosen: x ${near.x.toFixed(1)}, y ${near.y.toFixed(1)}, ${
                score}. Keys G good, B bad, Delete removes.`);
            drawViewer();
        } else if (place.x >= -0.5 && place.y >= -0.5 && place.x <= m.width - 0.5 && place.y <= m.height - 0.5) {
            const round = (value) => Math.round(value * 100) / 100;
            correct(m, (c) => {
                c.reviewed = true;
                c.added.push({x: round(place.x), y: round(place.y), verdict: 1});
            });
            viewerHint(`Added at x ${place.x.toFixed(1)}, y ${place.y.toFixed(1)}.`);
        }
        return;
    }
    const mark = markNear(place, reach);
    if (mark)
        judge(mark, {remove: "removed", good: 1, bad: 0}[mode]);
    else
        viewerHint("There is no pick here. " + modeHints[mode]);
}

function stepViewer(by) {
    const place = galleryList.indexOf(viewer.micrograph);
    const next = place < 0 ? undefined : galleryList[place + by];
    if (next) openViewer(next);
}
