// Title, notices, tiles, threshold control, settings.
// Scores crowd just below 1: as many digits as tell them apart.
function scoreText(score) {
    const digits = score > 0.99 && score < 1 ? Math.min(7, Math.ceil(-Math.log10(1 - score)) + 2) : 3;
    return String(Number(score.toFixed(Math.abs(score) >= 10 ? 1 : digits)));
}

function showHead() {
    const run = report.run;
    byId("title").textContent = report.title;
    byId("subtitle").textContent = [
        countText(micrographs.length, "micrograph"), numberText(report.diameter) + " Å particles", run.architecture,
        report.modified ?
            "picked " + new Date(report.modified * 1000).toISOString().slice(0, 16).replace("T", " ") + " UTC" :
            null,
        run.version ? "libpicker " + run.version : null
    ].filter(Boolean).join(" · ");
    byId("footer").textContent = "Written by libpicker " + report.writtenBy + " from " + report.folder +
        ". Everything is in this file; nothing is fetched.";
}

function notice(text, lines = [], bad = false) {
    const box = make("div", {className: bad ? "notice bad" : "notice"}, text);
    if (lines.length) box.append(make("ul", {}, ...lines.map((line) => make("li", {}, line))));
    byId("notices").append(box);
}

function showNotices() {
    const listed = (key, keep = () => true) =>
        micrographs.filter((m) => m[key] && keep(m)).map((m) => m.name + ": " + m[key]);
    const failed = listed("error", (m) => m.status === "failed");
    if (failed.length) notice(countText(failed.length, "micrograph") + " failed", failed, true);
    const waiting = micrographs.filter((m) => m.status === "cancelled").length;
    if (waiting)
        notice(
            "The run was stopped: " + countText(waiting, "micrograph") + " not picked yet. The same command goes on.");
    const unread = listed("problem");
    if (unread.length)
        notice("Picks of " + countText(unread.length, "micrograph") + " could not be read", unread, true);
    const unseen = listed("noPicture");
    if (unseen.length)
        notice(
            countText(unseen.length, "micrograph") + " could not be shown; the picks are drawn on a plain ground",
            unseen);
    if (report.shortened)
        notice(
            "The run kept more picks than a page can hold; those below a score of " + scoreText(report.keep) +
            " are left out here.");
    if (micrographs.some(wasPicked) && allScores.length === 0)
        notice(
            "No picks: nothing scored at or above what the run kept. That is a result; a lower --threshold or --keep " +
            "shows what lies below.");
}

function median(values) {
    if (!values.length) return NaN;
    const sorted = [...values].sort((a, b) => a - b), middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function showTiles() {
    const picked = micrographs.filter(wasPicked);
    const counts = picked.map(particleCount);
    const total = counts.reduce((a, b) => a + b, 0);
    const tile = (name, value, more) =>
        make("div", {}, make("dt", {}, name), make("dd", {}, value, more ? make("small", {}, " " + more) : null));
    const seconds = report.run.seconds;
    const reviewed = micrographs.filter(isReviewed).length;
    byId("tiles").replaceChildren(
        tile("Picks", wholeText(total)),
        tile(
            "Micrographs picked", wholeText(picked.length),
            picked.length === micrographs.length ? "" : "of " + wholeText(micrographs.length)),
        tile(
            "Picks per micrograph", counts.length ? numberText(total / counts.length, 3) : "–",
            counts.length ? "median " + numberText(median(counts)) : ""),
        tile("Without picks", wholeText(counts.filter((count) => count === 0).length)),
        tile("Failed", wholeText(micrographs.filter((m) => m.status === "failed").length)),
        tile(
            "Time of the run", seconds >= 90 ? numberText(seconds / 60, 3) : numberText(seconds, 3),
            seconds >= 90 ? "min" : "s"),
        ...(reviewed ? [tile("Reviewed", wholeText(reviewed))] : []));
    byId("live").textContent = countText(total, "pick") + " on " + countText(picked.length, "micrograph");
}

// Two sliders say the same: one above the page, one below a micrograph.
function setUpThreshold() {
    const sliders = [byId("threshold"), byId("viewer-threshold")], number = byId("threshold-number");
    const span = highestScore - lowestScore || 1, steps = 1000;
    const place = () => Math.round(((threshold - lowestScore) / span) * steps);
    for (const slider of sliders) {
        slider.min = 0;
        slider.max = steps;
        slider.step = 1;
        slider.disabled = allScores.length === 0;
        slider.addEventListener("input", () => setThreshold(lowestScore + (slider.value / steps) * span));
    }
    number.min = lowestScore;
    number.max = highestScore;
    number.step = "any";
    const show = () => {
        for (const slider of sliders) {
            if (document.activeElement !== slider) slider.value = place();
            slider.setAttribute("aria-valuetext", scoreText(threshold));
        }
        if (document.activeElement !== number) number.value = scoreText(threshold);
        byId("threshold-reset").disabled = threshold === runThreshold;
    };
    number.addEventListener("change", () => setThreshold(Number(number.value)));
    byId("threshold-reset").addEventListener("click", () => setThreshold(runThreshold));
    byId("chart-scores").addEventListener("click", (event) => scoreAt && setThreshold(scoreAt(event.clientX)));
    onThreshold(show);
    show();
}

// Nested settings as rows; long lists by their length.
function pairsOf(object, prefix = "") {
    const out = [];
    for (const [key, value] of Object.entries(object ?? {})) {
        const name = (prefix + key).replaceAll("_", " ");
        if (Array.isArray(value)) {
            const short = JSON.stringify(value);
            out.push(
                [name, short.length <= 300 ? short : countText(value.length, "entry").replace("entrys", "entries")]);
        } else if (value !== null && typeof value === "object")
            out.push(...pairsOf(value, prefix + key + " › "));
        else
            out.push([name, typeof value === "number" ? String(value) : String(value ?? "–")]);
    }
    return out;
}
function showSettings() {
    const table = (title, pairs) => pairs.length ?
        [
            make("h3", {}, title),
            make(
                "table", {className: "pairs"},
                make(
                    "tbody", {},
                    ...pairs.map(([name, value]) => make("tr", {}, make("th", {}, name), make("td", {}, value)))))
        ] :
        [];
    const {settings, model_provenance: provenance, ...rest} = report.run;
    byId("settings")
        .replaceChildren(
            ...table("Settings of the run", pairsOf(settings)), ...table("The run", pairsOf(rest)),
            ...table("Where the model comes from", pairsOf(provenance)));
}
