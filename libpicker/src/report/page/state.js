// The threshold and the corrections of whoever reads the report. Corrections stay in this browser until they are
// forgotten; another run has another name there.
const runThreshold = report.threshold;
let threshold = runThreshold;

const allScores = pickScore.filter((score) => !Number.isNaN(score)).sort();
const lowestScore = allScores.length ? Math.min(allScores[0], runThreshold) : runThreshold;
const highestScore = allScores.length ? Math.max(allScores[allScores.length - 1], runThreshold) : 1;

// Rows first..first+count-1 of a micrograph are at or above the threshold. Scores are in single precision, so the
// threshold is rounded as they were: an equal score stays in.
function countAt(m, level) {
    const single = Math.fround(level);
    let low = m.first, high = m.first + m.rows;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (pickScore[middle] < single)
            high = middle;
        else
            low = middle + 1;
    }
    return low - m.first;
}

// Corrections of one micrograph: verdict of a row (1 good, 0 bad, "removed"), added places, whether it was looked
// through.
const corrections = new Map();
const undoList = [];
const storageName = "picker-report-" + report.id;
function correctionsOf(m) {
    let found = corrections.get(m.index);
    if (!found) {
        found = {rows: new Map(), added: [], reviewed: false};
        corrections.set(m.index, found);
    }
    return found;
}
const isReviewed = (m) => corrections.get(m.index)?.reviewed === true;

function storeCorrections() {
    const plain =
        [...corrections].map(([index, c]) => [index, {rows: [...c.rows], added: c.added, reviewed: c.reviewed}]);
    try {
        localStorage.setItem(storageName, JSON.stringify(plain));
    } catch {
        // a browser that keeps nothing: the corrections last as long as the page
    }
}
function restoreCorrections() {
    let kept = null;
    try {
        kept = JSON.parse(localStorage.getItem(storageName));
    } catch {
        return;
    }
    for (const [index, c] of Array.isArray(kept) ? kept : []) {
        if (micrographs[index]) corrections.set(index, {rows: new Map(c.rows), added: c.added, reviewed: c.reviewed});
    }
}
restoreCorrections();

const listeners = {
    threshold: [],
    corrections: []
};
const onThreshold = (work) => listeners.threshold.push(work);
const onCorrections = (work) => listeners.corrections.push(work);

function setThreshold(value) {
    if (!Number.isFinite(value)) return;
    threshold = Math.min(Math.max(value, lowestScore), highestScore);
    listeners.threshold.forEach((work) => work());
}

// Every change of corrections goes through here, so that it can be undone and is stored.
function correct(m, change) {
    const c = correctionsOf(m);
    undoList.push([m.index, {rows: new Map(c.rows), added: c.added.map((one) => ({...one})), reviewed: c.reviewed}]);
    if (undoList.length > 500) undoList.shift();
    change(c);
    storeCorrections();
    listeners.corrections.forEach((work) => work(m));
}
function undo() {
    const last = undoList.pop();
    if (!last) return null;
    corrections.set(last[0], last[1]);
    storeCorrections();
    listeners.corrections.forEach((work) => work(micrographs[last[0]]));
    return micrographs[last[0]];
}
function forgetCorrections() {
    corrections.clear();
    undoList.length = 0;
    storeCorrections();
    listeners.corrections.forEach((work) => work(null));
}

// The marks of a micrograph, as shown and exported: at the threshold, and whatever was marked or added. `verdict` is 1
// good, 0 bad, -1 neither.
function marksOf(m) {
    const c = corrections.get(m.index);
    const out = [];
    const count = countAt(m, threshold);
    for (let row = m.first; row < m.first + count; ++row) {
        const verdict = c?.rows.get(row - m.first);
        if (verdict === "removed") continue;
        out.push({x: rowX(row), y: rowY(row), score: pickScore[row], verdict: verdict ?? -1, row: row - m.first});
    }
    if (c) {
        for (const [number, verdict] of c.rows) {
            if (number >= count && verdict !== "removed") {
                const row = m.first + number;
                out.push({x: rowX(row), y: rowY(row), score: pickScore[row], verdict, row: number});
            }
        }
        c.added.forEach((one, added) => out.push({x: one.x, y: one.y, score: NaN, verdict: one.verdict, added}));
    }
    return out;
}
const isParticle = (mark) => mark.verdict !== 0;

// Particles of a micrograph, without listing them.
function particleCount(m) {
    const base = countAt(m, threshold);
    const c = corrections.get(m.index);
    if (!c) return base;
    let count = base;
    for (const [number, verdict] of c.rows) {
        if (number < base && verdict !== 1) --count;
        if (number >= base && verdict === 1) ++count;
    }
    return count + c.added.filter(isParticle).length;
}
const wasPicked = (m) => m.status === "done";
