// Bars as inline SVG: few enough marks that a charting library would be larger than the page.
const chartLeft = 44, chartRight = 12, chartTop = 12, chartBottom = 34;  // units of the page

// Sizes of the charts' places, as they were last laid out; `work` draws all charts.
const chartSizes = new Map();
function watchCharts(work) {
    const watcher = new ResizeObserver((entries) => {
        for (const {target, contentRect} of entries) {
            chartSizes.set(target, [Math.max(200, contentRect.width), Math.max(100, contentRect.height)]);
        }
        work();
    });
    for (const chart of document.querySelectorAll(".chart")) watcher.observe(chart);
}

// A round step that cuts `span` into at most `most` parts.
function roundStep(span, most) {
    const raw = span / most;
    const power = 10 ** Math.floor(Math.log10(raw));
    return [1, 2, 5, 10].map((m) => m * power).find((step) => step >= raw) ?? raw;
}

// bars: [{from, to, on, off}] in units of the x axis; `on` and `off` are stacked heights.
function drawBars(target, bars, {low, high, name, mark = null, markText = "", whole = false}) {
    const [chartWidth, height] = chartSizes.get(target) ?? [560, 200];
    const svg = makeSvg("svg", {viewBox: `0 0 ${chartWidth} ${height}`, width: chartWidth, height, role: "img"});
    svg.setAttribute("aria-label", name);
    const inner = chartWidth - chartLeft - chartRight, base = height - chartBottom;
    const top = Math.max(1, ...bars.map((bar) => bar.on + bar.off));
    const x = (value) => chartLeft + ((value - low) / (high - low || 1)) * inner;
    const y = (value) => base - (value / top) * (base - chartTop);
    const step = Math.max(roundStep(top, 4), 1);
    for (let level = 0; level <= top; level += step) {
        svg.append(
            makeSvg("line", {x1: chartLeft, x2: chartWidth - chartRight, y1: y(level), y2: y(level), class: "axis"}));
        svg.append(makeSvg("text", {x: chartLeft - 6, y: y(level) + 4, "text-anchor": "end"}, wholeText(level)));
    }
    for (const bar of bars) {
        const left = x(bar.from), width = Math.max(0.75, x(bar.to) - left - (bars.length > 150 ? 0 : 1));
        const shape = (from, to, kind) => {
            if (to > from)
                svg.append(makeSvg("rect", {x: left, width, y: y(to), height: y(from) - y(to), class: kind}));
        };
        shape(0, bar.on, "on");
        shape(bar.on, bar.on + bar.off, "off");
    }
    const xStep = whole ? Math.max(1, roundStep(high - low, 7)) : roundStep(high - low || 1, 7);
    for (let value = Math.ceil(low / xStep - 1e-9) * xStep; value <= high + 1e-9 * xStep; value += xStep) {
        const shown = whole ? wholeText(Math.round(value) || 0) : numberText(Number(value.toPrecision(6)) || 0);
        const anchor = x(value) > chartWidth - 20 ? "end" : "middle";  // nothing is cut off
        svg.append(makeSvg("text", {x: x(value), y: base + 14, "text-anchor": anchor}, shown));
    }
    svg.append(makeSvg("text", {x: chartLeft + inner / 2, y: height - 3, "text-anchor": "middle"}, name));
    if (mark !== null && mark >= low && mark <= high) {
        const late = mark > (low + high) / 2;
        svg.append(makeSvg("line", {x1: x(mark), x2: x(mark), y1: chartTop - 8, y2: base, class: "mark"}));
        svg.append(makeSvg(
            "text",
            {x: x(mark) + (late ? -5 : 5), y: chartTop + 2, class: "mark-text", "text-anchor": late ? "end" : "start"},
            markText));
    }
    target.replaceChildren(svg);
    return (clientX) => {  // the value of the x axis below a point of the screen
        const place = svg.getBoundingClientRect();
        const at = ((clientX - place.left) / place.width) * chartWidth;
        return low + ((at - chartLeft) / inner) * (high - low);
    };
}

// The axis of scores ends at round numbers, so that the bars do not change their borders with a stray score.
const scoreBins = 60;
const scoreGrid = roundStep(highestScore - lowestScore || 1, 10);
const scoreLow = Math.floor(lowestScore / scoreGrid + 1e-6) * scoreGrid;
const scoreHigh = Math.max(Math.ceil(highestScore / scoreGrid - 1e-6) * scoreGrid, scoreLow + scoreGrid);
const scoreBinWidth = (scoreHigh - scoreLow) / scoreBins;
const scoreCounts = new Array(scoreBins).fill(0);
for (const score of allScores) {
    const bin = Math.floor((score - scoreLow) / scoreBinWidth);
    ++scoreCounts[Math.min(scoreBins - 1, Math.max(0, bin))];
}
let scoreAt = null;
function drawScores() {
    const bars = scoreCounts.map((count, bin) => {
        const from = scoreLow + bin * scoreBinWidth, to = from + scoreBinWidth;
        const share = Math.min(1, Math.max(0, (to - threshold) / scoreBinWidth));  // of a bar that the threshold cuts
        return {from, to, on: count * share, off: count * (1 - share)};
    });
    scoreAt = drawBars(
        byId("chart-scores"), bars,
        {low: scoreLow, high: scoreHigh, name: "score", mark: threshold, markText: scoreText(threshold)});
}

function drawCounts() {
    const counts = micrographs.filter(wasPicked).map(particleCount);
    const most = Math.max(1, ...counts);
    const width = Math.max(1, Math.ceil(roundStep(most + 1, 30)));
    const bars = [];
    for (let from = 0; from <= most; from += width) bars.push({from, to: from + width, on: 0, off: 0});
    for (const count of counts) ++bars[Math.floor(count / width)].on;
    drawBars(
        byId("chart-counts"), bars,
        {low: 0, high: bars[bars.length - 1].to, name: "picks on a micrograph", whole: true});
}

function drawRun() {
    const each = Math.ceil(micrographs.length / 280);  // neighbours that share a bar
    const bars = [];
    for (let i = 0; i < micrographs.length; i += each) {
        const some = micrographs.slice(i, i + each);
        const sum = some.reduce((total, m) => total + particleCount(m), 0);
        bars.push({from: i + 0.5, to: i + some.length + 0.5, on: sum / some.length, off: 0});
    }
    const name = "micrograph, in the order of the run" + (each > 1 ? "; means of " + each : "");
    drawBars(byId("chart-run"), bars, {low: 0.5, high: micrographs.length + 0.5, name, whole: true});
}
