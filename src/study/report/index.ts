export { COLOURS, drawChart, type EntityCount, type ScorePoint } from './charts.js';
export { type Html, highlightReport } from './highlight.js';
export { type Figure, page, type ReportData, renderReport } from './page.js';
export { maskColour, maskOverlay, pictureJpeg, regionLegend } from './pictures.js';
export type { TitledResult } from './tables.js';
