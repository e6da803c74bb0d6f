// Numbers of each micrograph: whatever its record in run.json holds. Those that are known have titles of their own.
const columnTitles = {
    "picks": "Picks",
    "candidates": "Candidates",
    "width": "Width (px)",
    "height": "Height (px)",
    "pixel_size": "Pixel size (Å)",
    "removed.threshold": "Below threshold",
    "removed.distance": "Too close",
    "removed.edge": "At the edge",
    "removed.mask": "Masked",
    "removed.top": "Beyond the best N",
    "removed.clean": "Cleaned areas",
    "removed.carbon": "At carbon",
    "removed.deviation": "By deviation",
    "removed.extreme_pixels": "Extreme pixels",
    "removed.overlaps": "Overlapping",
    "seconds.read": "Read (s)",
    "seconds.transform": "Transform (s)",
    "seconds.score": "Score (s)",
    "seconds.peaks": "Peaks (s)",
    "seconds.write": "Write (s)",
    "quality.ice": "Ice",
    "quality.contamination": "Contamination",
    "quality.sharpness": "Sharpness",
    "quality.fdr": "Estimated FDR",
    "quality.defocus": "Defocus (Å)",
    "quality.resolution": "Resolution (Å)",
};
function columnTitle(key) {
    const plain = key.replace(/^(quality|removed|seconds)\./, "").replaceAll(/[._]/g, " ");
    return columnTitles[key] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}
// Columns that say something: not the same everywhere, or of interest even then.
function shownColumns() {
    const always = ["picks", "candidates"];
    const rank = (key) =>
        (always.includes(key)           ? always.indexOf(key) :
             key.startsWith("quality.") ? 3 :
             key.startsWith("removed.") ? 5 :
             key.startsWith("seconds.") ? 6 :
                                          4);
    return Object.keys(report.columns)
        .filter((key) => always.includes(key) || new Set(report.columns[key]).size > 1)
        .sort(
            (a, b) => rank(a) - rank(b) || Object.keys(columnTitles).indexOf(a) - Object.keys(columnTitles).indexOf(b));
}
const columnValue = (m, key) =>
    (key === "picks" ? (wasPicked(m) ? particleCount(m) : null) : report.columns[key][m.index]);

const rowsAtOnce = 200;
let tableRows = rowsAtOnce, tableOrder = {key: null, down: true};

function tableList() {
    const list = [...micrographs];
    if (tableOrder.key === "name")
        list.sort((a, b) => a.name.localeCompare(b.name, "en", {numeric: true}));
    else if (tableOrder.key !== null) {
        const empty = -Infinity;
        list.sort((a, b) => (columnValue(a, tableOrder.key) ?? empty) - (columnValue(b, tableOrder.key) ?? empty));
    }
    return tableOrder.key !== null && tableOrder.down ? list.reverse() : list;
}
function showTable() {
    if (!byId("table-details").open) return;
    const keys = shownColumns();
    const head = (key, title) => {
        const arrow = tableOrder.key !== key ? "" : tableOrder.down ? " ↓" : " ↑";
        const button = make("button", {type: "button"}, title + arrow);
        button.addEventListener("click", () => {
            tableOrder = {key, down: tableOrder.key === key ? !tableOrder.down : key !== "name"};
            showTable();
        });
        return make(
            "th", {
                scope: "col",
                "aria-sort": tableOrder.key === key ? (tableOrder.down ? "descending" : "ascending") : "none"
            },
            button);
    };
    const list = tableList();
    const body = list.slice(0, tableRows).map((m) => {
        const open = make("button", {type: "button"}, m.name);
        open.addEventListener("click", () => openViewer(m));
        return make(
            "tr", {}, make("td", {}, open), make("td", {}, m.status),
            ...keys.map((key) => make("td", {}, numberText(columnValue(m, key)))));
    });
    byId("table").replaceChildren(make(
        "table", {},
        make(
            "thead", {},
            make(
                "tr", {}, head("name", "Micrograph"), make("th", {scope: "col"}, "Status"),
                ...keys.map((key) => head(key, columnTitle(key))))),
        make("tbody", {}, ...body)));
    byId("table-more").hidden = tableRows >= list.length;
    byId("table-more").textContent = "Show more of " + wholeText(list.length);
}
function setUpTable() {
    byId("table-details").addEventListener("toggle", showTable);
    byId("table-more").addEventListener("click", () => {
        tableRows += 5 * rowsAtOnce;
        showTable();
    });
    byId("table-csv").addEventListener("click", () => {
        const keys = shownColumns();
        const lines = [["micrograph", "status", ...keys].map(csvField).join(",")];
        for (const m of micrographs)
            lines.push([csvField(m.name), m.status, ...keys.map((key) => columnValue(m, key) ?? "")].join(","));
        download("micrographs.csv", lines.join("\n") + "\n");
    });
    onThreshold(whenCalm(showTable));
    onCorrections(oncePerFrame(showTable));
}
