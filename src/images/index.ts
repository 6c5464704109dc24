export { type Box, boxOf } from './box.js';
export * from './faults/index.js';
export { contactSheet, type GallerySettings, renderGallery, type Tile } from './gallery.js';
export type {
  KnownPerson,
  PaintedRegion,
  PaintedStructure,
  Painter,
  Painting,
  PaintRequest,
  ShownFinding,
} from './painter.js';
export * from './painters/index.js';
