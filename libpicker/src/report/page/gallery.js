// The gallery: a card for each micrograph. Pictures are put in and circles drawn only while a card is near the screen.
const cards = [];
const nearCards = new Set();

function fillCard(card) {
    const m = card.micrograph;
    if (m.picture && !card.image) {
        card.image = make("img", {alt: "", decoding: "async"});
        card.image.src = pictureAddress(m);
        card.picture.prepend(card.image);
    }
    drawCard(card);
    showCount(card);
}
function emptyCard(card) {
    card.image?.remove();
    card.image = null;
    card.canvas.width = card.canvas.height = 0;
}
function drawCard(card) {
    const m = card.micrograph;
    if (!card.width || !card.height) return;
    const scale = fitCanvas(card.canvas, card.width, card.height);
    if (!wasPicked(m)) return;
    // A pixel of the micrograph is a square of the card, and a coordinate names its centre.
    const factor = (card.width * scale) / m.width;
    const place = (mark) => [(mark.x + 0.5) * factor, (mark.y + 0.5) * factor];
    drawMarks(card.canvas.getContext("2d"), marksOf(m), place, radiusOf(m) * factor, 1.5 * scale, {halo: false});
}

function makeCard(m) {
    const canvas = make("canvas", {});
    const picture = make("div", {className: "picture"}, canvas);
    picture.style.aspectRatio = m.width > 0 && m.height > 0 ? `${m.width} / ${m.height}` : "4 / 3";
    if (!m.picture)
        picture.append(make(
            "span", {className: "none"},
            m.status === "failed"        ? "failed" :
                m.status === "cancelled" ? "not picked yet" :
                                           "no picture"));
    const count = make("span", {className: "count"});
    const element = make(
        "button", {type: "button", className: "card"}, picture,
        make(
            "span", {className: "words"}, make("span", {className: "name", title: m.name}, make("bdi", {}, m.name)),
            count));
    const card = {micrograph: m, element, picture, canvas, count, image: null, shown: "", width: 0, height: 0};
    element.addEventListener("click", () => openViewer(m));
    return card;
}

function showCount(card) {
    const m = card.micrograph;
    const count = wasPicked(m) ? countText(particleCount(m), "pick") : "";
    const badges = [
        m.status === "failed" ? ["failed", "failed"] : null, isReviewed(m) ? ["reviewed", "reviewed"] : null,
        m.problem ? ["failed", "picks missing"] : null
    ].filter(Boolean);
    const shown = count + badges.join();
    if (shown === card.shown) return;
    card.shown = shown;
    card.count.replaceChildren(
        count, ...badges.map(([kind, text]) => make("span", {className: "badge " + kind}, text)));
}

const galleryShows = {
    all: () => true,
    large: (m) => m.picture?.large === true,
    reviewed: isReviewed,
    unreviewed: (m) => !isReviewed(m),
    empty: (m) => wasPicked(m) && particleCount(m) === 0,
    failed: (m) => m.status === "failed" || m.problem !== undefined,
};
let galleryList = micrographs;  // as shown: what the viewer's arrows walk through

function arrangeGallery() {
    const wanted = byId("gallery-find").value.trim().toLowerCase();
    const show = galleryShows[byId("gallery-show").value];
    const [key, direction] = byId("gallery-order").value.split("|");
    galleryList = micrographs.filter((m) => show(m) && (!wanted || m.name.toLowerCase().includes(wanted)));
    if (key !== "run") {
        const sign = direction === "down" ? -1 : 1;
        const value = key === "picks" ? particleCount : (m) => report.columns[key][m.index] ?? NaN;
        const keyed = galleryList.map((m) => [value(m), m]);
        keyed.sort(
            (a, b) => (Number.isNaN(a[0]) || Number.isNaN(b[0]) ? Number.isNaN(a[0]) - Number.isNaN(b[0]) :
                                                                  sign * (a[0] - b[0])) ||
                a[1].index - b[1].index);
        galleryList = keyed.map((pair) => pair[1]);
    }
    byId("gallery").replaceChildren(...galleryList.map((m) => cards[m.index].element));
    byId("gallery-count").textContent = galleryList.length === micrographs.length ?
        "" :
        wholeText(galleryList.length) + " of " + wholeText(micrographs.length);
}

function setUpGallery() {
    for (const m of micrographs) cards.push(makeCard(m));
    const watcher = new IntersectionObserver((entries) => {
        for (const entry of entries) {
            const card = entry.target.card;
            if (entry.isIntersecting) {
                nearCards.add(card);
                fillCard(card);
            } else if (nearCards.delete(card))
                emptyCard(card);
        }
    }, {rootMargin: "200px"});
    // Sizes are noted here: asking for them between two changes would lay the page out again each time.
    const resized = new ResizeObserver((entries) => {
        for (const entry of entries) {
            const card = entry.target.card;
            card.width = entry.contentRect.width;
            card.height = entry.contentRect.height;
            if (nearCards.has(card)) drawCard(card);
        }
    });
    for (const card of cards) {
        card.element.card = card.picture.card = card;
        watcher.observe(card.element);
        resized.observe(card.picture);
        showCount(card);
    }
    const order = byId("gallery-order");
    const option = (value, text) => order.append(make("option", {value}, text));
    option("run|up", "of the run");
    option("picks|down", "most picks first");
    option("picks|up", "fewest picks first");
    for (const key of shownColumns()) {
        if (key === "picks") continue;
        option(key + "|down", columnTitle(key).toLowerCase() + ", high first");
        option(key + "|up", columnTitle(key).toLowerCase() + ", low first");
    }
    byId("gallery-tools").addEventListener("submit", (event) => event.preventDefault());
    byId("gallery-find").addEventListener("input", oncePerFrame(arrangeGallery));
    order.addEventListener("change", arrangeGallery);
    byId("gallery-show").addEventListener("change", arrangeGallery);
    const refresh = () => {  // the others when they come near
        for (const card of nearCards) drawCard(card);
        for (const card of nearCards) showCount(card);
    };
    onThreshold(oncePerFrame(refresh));
    onCorrections(oncePerFrame(refresh));
    arrangeGallery();
}
