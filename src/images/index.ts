export type { PaintedRegion, Painter, Painting, PaintRequest } from './painter.js';
export * from './painters/index.js';
