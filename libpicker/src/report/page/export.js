// Files of picks: one STAR or CSV that names its micrographs, in the forms that libpicker reads.
function csvField(text) {
    const plain = String(text);
    return /[",\r\n]|^\s|\s$/.test(plain) ? "\"" + plain.replaceAll("\"", "\"\"") + "\"" : plain;
}
// A value of STAR ends at white space; one that holds some, or begins like something else, stands in quotes.
function starField(text) {
    const plain = String(text).replaceAll(/[\r\n]/g, " ");
    if (plain !== "" && !/\s|^["'#_$[\];]|^(data|loop|save|stop|global)_/i.test(plain)) return plain;
    return plain.includes("\"") ? "'" + plain + "'" : "\"" + plain + "\"";
}
function download(name, text) {
    const link = make("a", {href: URL.createObjectURL(new Blob([text], {type: "text/plain"})), download: name});
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
const fileName = (ending) => report.title.replaceAll(/[^\w.-]+/g, "_") + ending;

// The fewest decimals, at least six, that give the score back: scores crowd just below 1.
function scoreField(score) {
    let digits = 6;
    while (digits < 9 && Math.fround(Number(score.toFixed(digits))) !== score) ++digits;
    return score.toFixed(digits);
}

function exportedMicrographs() {
    const scope = byId("export-scope").value;
    return micrographs.filter((m) => (scope === "all" ? wasPicked(m) || corrections.has(m.index) : isReviewed(m)));
}
// [micrograph, mark] of all that `keep` says.
function exportedMarks(keep) {
    return exportedMicrographs().flatMap((m) => marksOf(m).filter(keep).map((mark) => [m, mark]));
}
function starOf(rows) {
    const labels = [
        "rlnMicrographName", "rlnCoordinateX", "rlnCoordinateY", "rlnAutopickFigureOfMerit", "rlnClassNumber",
        "rlnAnglePsi", "pickerVerdict"
    ];
    const lines = [
        "", "# version 30001", "", "data_particles", "", "loop_ ", ...labels.map((label, i) => `_${label} #${i + 1} `)
    ];
    for (const [m, mark] of rows) {
        const score = Number.isNaN(mark.score) ? "-999.0" : scoreField(mark.score);
        lines.push(
            `${starField(m.name)} ${mark.x.toFixed(4)} ${mark.y.toFixed(4)} ${score} 0 0.000000 ${mark.verdict}`);
    }
    return lines.join("\n") + "\n \n";  // RELION ends a loop at a blank line only
}
function csvOf(rows) {
    const lines = ["micrograph,x,y,score,verdict"];
    for (const [m, mark] of rows) {
        lines.push([
            csvField(m.name), mark.x, mark.y, Number.isNaN(mark.score) ? "" : Number(scoreField(mark.score)),
            mark.verdict
        ].join(","));
    }
    return lines.join("\n") + "\n";
}
function showExport() {
    const some = exportedMicrographs();
    const good = some.reduce((sum, m) => sum + particleCount(m), 0);
    const bad = some.reduce((sum, m) => sum + marksOf(m).filter((mark) => !isParticle(mark)).length, 0);
    byId("export-note").textContent = some.length === 0 ?
        "No micrograph is reviewed yet: open one, correct its picks, and it counts as reviewed." :
        `${countText(good, "pick")} and ${wholeText(bad)} marked bad, on ${countText(some.length, "micrograph")}.`;
    byId("export-star").disabled = byId("export-csv").disabled = good === 0;
    byId("export-bad").disabled = bad === 0;
    byId("forget").disabled = corrections.size === 0;
}
function setUpExport() {
    if (![...corrections.values()].some((c) => c.reviewed)) byId("export-scope").value = "all";
    byId("export-form").addEventListener("submit", (event) => event.preventDefault());
    byId("export-scope").addEventListener("change", showExport);
    byId("export-star")
        .addEventListener("click", () => download(fileName("-picks.star"), starOf(exportedMarks(isParticle))));
    byId("export-csv")
        .addEventListener("click", () => download(fileName("-picks.csv"), csvOf(exportedMarks(isParticle))));
    byId("export-bad")
        .addEventListener(
            "click", () => download(fileName("-bad.star"), starOf(exportedMarks((mark) => !isParticle(mark)))));
    byId("forget").addEventListener("click", () => {
        if (confirm("Forget all corrections of this report?")) forgetCorrections();
    });
    let first = true;
    onCorrections(() => {  // the first correction says what is wanted
        if (first && micrographs.some(isReviewed)) {
            first = false;
            byId("export-scope").value = "reviewed";
        }
    });
    onThreshold(whenCalm(showExport));
    onCorrections(oncePerFrame(showExport));
    showExport();
}
