// Mouse, touch and keys of the viewer.
function canvasPoint(event) {
    const place = viewerCanvas.getBoundingClientRect();
    return [(event.clientX - place.left) * viewer.screenScale, (event.clientY - place.top) * viewer.screenScale];
}

// One pointer: a click, or a drag that moves the micrograph. Two: a pinch.
function setUpPointers() {
    const pointers = new Map();
    let travelled = 0, pinched = false;
    const span = () => {
        const [a, b] = [...pointers.values()];
        return {distance: Math.hypot(a[0] - b[0], a[1] - b[1]), x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2};
    };
    viewerCanvas.addEventListener("pointerdown", (event) => {
        if (event.button !== 0) return;
        viewerCanvas.setPointerCapture(event.pointerId);
        if (pointers.size === 0) {
            travelled = 0;
            pinched = false;
        } else
            pinched = true;
        pointers.set(event.pointerId, canvasPoint(event));
    });
    viewerCanvas.addEventListener("pointermove", (event) => {
        const before = pointers.get(event.pointerId);
        if (!before) return;
        const now = canvasPoint(event);
        if (pointers.size === 1) {
            travelled += Math.hypot(now[0] - before[0], now[1] - before[1]) / viewer.screenScale;
            pointers.set(event.pointerId, now);
            if (travelled > 6 && !pinched) moveViewer(now[0] - before[0], now[1] - before[1]);
            return;
        }
        const old = span();
        pointers.set(event.pointerId, now);
        const next = span();
        zoomViewer(next.distance / (old.distance || 1), old.x, old.y);
        moveViewer(next.x - old.x, next.y - old.y);
    });
    const lift = (event, acts) => {
        if (!pointers.delete(event.pointerId) || !acts || pointers.size > 0 || pinched || travelled > 6) return;
        viewer.cross = null;
        actAt(toMicrograph(...canvasPoint(event)), event.pointerType === "touch");
    };
    viewerCanvas.addEventListener("pointerup", (event) => lift(event, true));
    viewerCanvas.addEventListener("pointercancel", (event) => lift(event, false));
    viewerCanvas.addEventListener("wheel", (event) => {
        event.preventDefault();
        zoomViewer(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015)), ...canvasPoint(event));
    }, {passive: false});
}

function moveCross(dx, dy, fine) {
    const m = viewer.micrograph, step = fine ? 1 : Math.max(1, radiusOf(m) / 2);
    viewer.cross ??= toMicrograph(viewerCanvas.width / 2, viewerCanvas.height / 2);
    viewer.cross = {
        x: Math.min(Math.max(viewer.cross.x + dx * step, 0), m.width - 1),
        y: Math.min(Math.max(viewer.cross.y + dy * step, 0), m.height - 1),
    };
    const [x, y] = toCanvas(viewer.cross);  // the micrograph follows where the cross would leave the view
    const outside = (at, room) => (at < 0 ? -at : at > room ? room - at : 0);
    moveViewer(outside(x, viewerCanvas.width), outside(y, viewerCanvas.height));
}

function setMode(mode) {
    document.querySelector(`input[name="mode"][value="${mode}"]`).checked = true;
    viewerHint(modeHints[mode]);
}

function judgeChosen(verdict) {
    const marks = marksOf(viewer.micrograph);
    const mark = marks.find(sameMark(viewer.chosen)) ??
        (viewer.cross ? markNear(viewer.cross, radiusOf(viewer.micrograph)) : null);
    if (mark)
        judge(mark, verdict);
    else
        viewerHint("Choose a pick first: a click on it, or the cross on it.");
}

const modeKeys = ["add", "remove", "good", "bad", "move"];
const viewerKeys = {
    PageDown: () => stepViewer(1),
    PageUp: () => stepViewer(-1),
    g: () => judgeChosen(1),
    b: () => judgeChosen(0),
    Delete: () => judgeChosen("removed"),
    Backspace: () => judgeChosen("removed"),
    u: () => undoInViewer(),
    "+": () => zoomViewer(1.5),
    "=": () => zoomViewer(1.5),
    "-": () => zoomViewer(1 / 1.5),
    0: () => fitViewer(),
    c: () => byId("viewer-circles").click(),
    r: () => byId("viewer-reviewed").click(),
};
const arrows = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1]
};

function onViewerKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onCanvas = document.activeElement === viewerCanvas;
    const mode = modeKeys[Number(event.key) - 1];
    if (onCanvas && arrows[event.key])
        moveCross(...arrows[event.key], event.shiftKey);
    else if (onCanvas && (event.key === "Enter" || event.key === " ")) {
        if (viewer.cross) actAt(viewer.cross);
    } else if (mode)
        setMode(mode);
    else if (viewerKeys[event.key])
        viewerKeys[event.key]();
    else
        return;
    event.preventDefault();
}

function undoInViewer() {
    const m = undo();
    if (m && m !== viewer.micrograph) openViewer(m);
}

function setUpViewer() {
    const dialog = byId("viewer");
    const click = (id, work) => byId(id).addEventListener("click", work);
    setUpPointers();
    dialog.addEventListener("keydown", onViewerKey);
    click("viewer-close", () => dialog.close());
    click("viewer-previous", () => stepViewer(-1));
    click("viewer-next", () => stepViewer(1));
    click("viewer-undo", undoInViewer);
    click("viewer-in", () => zoomViewer(1.5));
    click("viewer-out", () => zoomViewer(1 / 1.5));
    click("viewer-fit", fitViewer);
    byId("viewer-circles").addEventListener("change", drawViewer);
    byId("viewer-reviewed").addEventListener("change", (event) => {
        correct(viewer.micrograph, (c) => {
            c.reviewed = event.target.checked;
        });
    });
    for (const input of document.querySelectorAll("input[name=\"mode\"]")) {
        input.addEventListener("change", () => viewerHint(modeHints[input.value]));
    }
    dialog.addEventListener("close", () => {  // back to where the reader is now
        const element = cards[viewer.micrograph.index].element;
        if (element.isConnected) {
            element.scrollIntoView({block: "nearest", behavior: "instant"});
            element.focus({preventScroll: true});
        }
    });
    new ResizeObserver(() => {
        if (viewer.micrograph && dialog.open) fitViewer();
    }).observe(byId("viewer-stage"));
    onCorrections(showViewerState);
    onThreshold(showViewerState);
}
