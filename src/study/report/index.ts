export { COLOURS, drawChart } from './charts.js';
export { type Html, highlightReport } from './highlight.js';
export { page } from './page.js';
export { maskColour, maskOverlay, pictureJpeg, regionLegend } from './pictures.js';
