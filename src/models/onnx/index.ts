export type { Differences } from './check.js';
export { type ExportOnnxOptions, type ExportOnnxResult, exportOnnx } from './export-onnx.js';
export { PIXEL_ELEMENTS, type PixelElement } from './image-model.js';
