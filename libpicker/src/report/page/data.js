// What the report holds: the run's data, its picks as typed arrays, and small helpers.
const byId = (id) => document.getElementById(id);
const report = JSON.parse(byId("data").textContent);
const micrographs = report.micrographs;

function bytesOf(id) {
    const text = atob(byId(id).textContent);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i);
    byId(id).remove();
    return bytes.buffer;
}
// Coordinates in 1e-4 pixels of the full-size micrograph; rows of one micrograph lie together, best score first, those
// without a score (NaN) before all others.
const pickX = new Int32Array(bytesOf("picks-x"));
const pickY = new Int32Array(bytesOf("picks-y"));
const pickScore = new Float32Array(bytesOf("picks-score"));
const stepsPerPixel = 10000;
{
    let first = 0;
    micrographs.forEach((m, index) => {
        m.index = index;
        m.first = first;
        first += m.rows;
    });
}

// The pick of a row, in pixels of the full-size micrograph.
const rowX = (row) => pickX[row] / stepsPerPixel;
const rowY = (row) => pickY[row] / stepsPerPixel;

// Radius of the particle's circle, in pixels of the micrograph.
const radiusOf = (m) => (m.pixelSize > 0 ? report.diameter / m.pixelSize / 2 : Math.max(m.width, m.height) / 60);

function pictureAddress(m) {
    return m.picture ? "data:image/jpeg;base64," + byId("picture-" + m.index).textContent : null;
}

// An element with properties and children; text is text and never markup.
function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(properties)) {
        if (key.startsWith("aria-") || key === "for" || key === "role" || key === "title")
            element.setAttribute(key, value);
        else
            element[key] = value;
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
}

const svgSpace = "http://www.w3.org/2000/svg";
function makeSvg(tag, attributes = {}, text) {
    const element = document.createElementNS(svgSpace, tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    return element;
}

const grouped = new Intl.NumberFormat("en-US");
const wholeText = (value) => grouped.format(value);
// At most `digits` significant digits, without needless zeros.
function numberText(value, digits = 4) {
    if (value === null || value === undefined || Number.isNaN(value)) return "–";
    if (Number.isInteger(value)) return wholeText(value);
    return String(Number(value.toPrecision(digits)));
}
const countText = (count, noun) => wholeText(count) + " " + noun + (count === 1 ? "" : "s");

// Calls `work` once before the next picture of the screen, however often it was asked for.
function oncePerFrame(work) {
    let waiting = false;
    return () => {
        if (waiting) return;
        waiting = true;
        requestAnimationFrame(() => {
            waiting = false;
            work();
        });
    };
}

// Calls `work` when nothing has asked for it for a moment: what need not follow a slider that is being moved.
function whenCalm(work) {
    let timer = 0;
    return () => {
        clearTimeout(timer);
        timer = setTimeout(work, 200);
    };
}
