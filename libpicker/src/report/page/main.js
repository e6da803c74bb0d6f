// Puts the page together.
showHead();
showNotices();
setUpThreshold();
setUpGallery();
setUpViewer();
setUpTable();
setUpExport();
showSettings();
const showNumbers = oncePerFrame(() => {
    showTiles();
    drawScores();
    drawCounts();
    drawRun();
});
watchCharts(showNumbers);
onThreshold(showNumbers);
onCorrections(showNumbers);
showTiles();
drawScores();
drawCounts();
drawRun();
document.documentElement.dataset.ready = "true";
