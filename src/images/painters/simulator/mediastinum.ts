import type { Random } from '../../../base/index.js';
import { arena } from './arena.js';
import { type Body, clamp01, smoothStep } from './body-map.js';
import { polarDistance, polarOf } from './polar.js';
import { bezier, type Map2 } from './raster.js';
import { boxOf, tableIndex } from './shape.js';

/** How fast the heart narrows below its widest level, against its measured contour. */
const below = 0.5;

/** Depth that heart, aorta and mediastinum take of the chest at each pixel, in cm. */
export function greatVessels(body: Body, random: Random): Map2 {
  const { patient, thorax, size, brush } = body;
  const { field } = patient;
  const occupied = arena.empty(size * size);
  const heartBox = boxOf(patient.contours.heart);
  const heartDepth = 0.9 * (heartBox.right - heartBox.left) * field * random.uniform(0.9, 1.1);
  const polar = polarOf(patient.contours.heart);
  const widest = widestLevel(patient.contours.heart);
  const sunk = widest + (heartBox.bottom - widest) / below;
  const middle = thorax.middle + patient.mediastinalShift;
  const aortic = patient.aorta;
  const height = patient.lungHeight.left;
  const knobY = thorax.apex.left + height * random.uniform(0.21, 0.27) - 0.03 * aortic.unfolding;
  const radius = aortic.radius / field;
  const descend = middle + 0.03 + 0.035 * aortic.unfolding;
  const spine = patient.spineBend;
  // Arch, seen end on, and descending aorta beside the spine.
  brush.ellipse(middle + 0.026 + 0.045 * aortic.unfolding, knobY, radius * 1.15, radius * 1.1, 5.5, 0.5);
  brush.curve(
    bezier(
      [middle + 0.02 + 0.04 * aortic.unfolding, knobY + 0.01],
      [descend + 0.02 + 0.05 * aortic.unfolding, knobY + 0.12],
      [descend + spine, knobY + 0.2],
      [middle + 0.02 + spine, thorax.apex.left + height],
      [radius * 0.95, radius * 0.8],
    ),
    field,
  );
  // Ascending aorta and upper caval vein on the right.
  const ascending = middle - 0.022 - 0.04 * aortic.unfolding;
  brush.curve(
    bezier(
      [middle + 0.01, heartBox.top + 0.06],
      [ascending - 0.02, heartBox.top],
      [ascending - 0.015, knobY + 0.02],
      [middle, knobY - 0.01],
      [radius * 1.05, radius],
    ),
    field,
  );
  brush.segment(middle - 0.034, knobY - 0.1, 0.017, middle - 0.042, heartBox.top + 0.06, 0.022, field);
  // Trunk of the pulmonary artery below the knob.
  brush.ellipse(middle + 0.036, knobY + 0.09, 0.033, 0.055, 4.5, 0.6);
  brush.addTo(occupied);
  const widen = patient.mediastinum;
  for (let row = 0; row < size; row++) {
    const y = (row + 0.5) / size;
    const index = tableIndex(y);
    // The lungs' inner edges bound the mediastinum; further down they are the heart's own, and only spine and
    // gullet are left of it.
    const upper = 1 - smoothStep(heartBox.top - 0.1, heartBox.top + 0.1, y);
    const wide = 1 - smoothStep(heartBox.top + 0.03, heartBox.top + 0.17, y);
    const core = 0.046 + 0.016 * smoothStep(heartBox.top - 0.05, heartBox.bottom, y);
    const right =
      core + wide * (Math.max(core, (thorax.middle - thorax.medial.right[index]!) * widen * 0.88) - core);
    const left =
      core + wide * (Math.max(core, (thorax.medial.left[index]! - thorax.middle) * widen * 0.75) - core);
    const cap = Math.min(1, 0.16 / Math.max(right, left));
    const from = Math.max(0, Math.floor(Math.min(middle - 1.6 * right, heartBox.left) * size));
    const to = Math.min(size, Math.ceil(Math.max(middle + 1.6 * left, heartBox.right) * size));
    for (let column = from, at = row * size + from; column < to; column++, at++) {
      const x = (column + 0.5) / size;
      const across = x - middle;
      const a = (across < 0 ? -across / right : across / left) / (wide > 0 ? Math.max(cap, 0.7) : 1);
      if (a < 1.6 && a >= 1) {
        const skirt = 2 * (1 - (a - 1) / 0.6) * upper;
        if (skirt > occupied[at]!) occupied[at] = skirt;
      }
      if (a < 1) {
        const depth =
          1.2 * upper +
          (7.5 - 4.6 * upper) * Math.sqrt(1 - a * a * a) +
          (4.4 - 2.6 * upper) * clamp01(1 - (across * across) / 0.0016);
        if (depth > occupied[at]!) occupied[at] = depth;
      }
      if (y > heartBox.top - 0.01 && y < sunk && x > heartBox.left && x < heartBox.right) {
        // The heart lies on the floor with a broad base: below its widest level it narrows slowly, so that its
        // border runs into the floor and not back under itself.
        const rho = polarDistance(polar, x, y < widest ? y : widest + (y - widest) * below);
        if (rho < 1) {
          // Towards its root the heart gives way to the great vessels.
          const root = 0.3 + 0.7 * smoothStep(heartBox.top - 0.01, heartBox.top + 0.17, y);
          // It lies on the floor and sinks into it a little.
          const above =
            1 - smoothStep(0.01, 0.07, y - thorax.dome[x < thorax.middle ? 'right' : 'left'][tableIndex(x)]!);
          const depth = above * root * heartDepth * Math.sqrt(1 - rho * rho);
          const other = occupied[at]!;
          occupied[at] = depth > other ? depth + 0.15 * other : other + 0.15 * depth;
        }
      }
    }
  }
  return occupied;
}

/** y of the leftmost and rightmost places of a contour, the lower of the two. */
function widestLevel(points: readonly number[]): number {
  let left = 0;
  let right = 0;
  for (let at = 0; at < points.length; at += 2) {
    if (points[at]! < points[left]!) left = at;
    if (points[at]! > points[right]!) right = at;
  }
  return Math.max(points[left + 1]!, points[right + 1]!);
}
