import type { Random } from '../../../base/index.js';
import { arena } from './arena.js';
import { type Body, smoothStep } from './body-map.js';
import { kernels } from './kernels.js';
import { polarOf } from './polar.js';
import { bezier, type Map2 } from './raster.js';
import { boxOf, tableIndex } from './shape.js';

/** How fast the heart narrows below its widest level, against its measured contour. */
export const heartNarrowing = 0.5;

/** Depth that heart, aorta and mediastinum take of the chest at each pixel, in cm. */
export function greatVessels(body: Body, random: Random): Map2 {
  const { patient, thorax, size, brush } = body;
  const { field } = patient;
  const occupied = arena.empty(size * size);
  const heartBox = boxOf(patient.contours.heart);
  const heartDepth = 0.9 * (heartBox.right - heartBox.left) * field * random.uniform(0.9, 1.1);
  const polar = polarOf(patient.contours.heart);
  const widest = widestLevel(patient.contours.heart);
  const sunk = widest + (heartBox.bottom - widest) / heartNarrowing;
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
  const line = () => new Float32Array(size);
  const [upper, right, left, cap, root, dome] = [line(), line(), line(), line(), line(), line()];
  for (let row = 0; row < size; row++) {
    const y = (row + 0.5) / size;
    const index = tableIndex(y);
    // The lungs' inner edges bound the mediastinum; further down they are the heart's own, and only spine and
    // gullet are left of it.
    upper[row] = 1 - smoothStep(heartBox.top - 0.1, heartBox.top + 0.1, y);
    const wide = 1 - smoothStep(heartBox.top + 0.03, heartBox.top + 0.17, y);
    const core = 0.046 + 0.016 * smoothStep(heartBox.top - 0.05, heartBox.bottom, y);
    const widthOf = (free: number, share: number) =>
      core + wide * (Math.max(core, free * widen * share) - core);
    right[row] = widthOf(thorax.middle - thorax.medial.right[index]!, 0.88);
    left[row] = widthOf(thorax.medial.left[index]! - thorax.middle, 0.75);
    cap[row] = wide > 0 ? Math.max(Math.min(1, 0.16 / Math.max(right[row]!, left[row]!)), 0.7) : 1;
    // Towards its root the heart gives way to the great vessels.
    root[row] = 0.3 + 0.7 * smoothStep(heartBox.top - 0.01, heartBox.top + 0.17, y);
  }
  for (let column = 0; column < size; column++) {
    const x = (column + 0.5) / size;
    dome[column] = thorax.dome[x < thorax.middle ? 'right' : 'left'][tableIndex(x)]!;
  }
  kernels().fillMediastinum(
    size,
    middle,
    heartBox.top,
    heartBox.left,
    heartBox.right,
    widest,
    heartNarrowing,
    sunk,
    heartDepth,
    polar.x,
    polar.y,
    polar.radii,
    upper,
    right,
    left,
    cap,
    root,
    dome,
    occupied,
  );
  return occupied;
}

/** y of the leftmost and rightmost places of a contour, the lower of the two. */
export function widestLevel(points: readonly number[]): number {
  let left = 0;
  let right = 0;
  for (let at = 0; at < points.length; at += 2) {
    if (points[at]! < points[left]!) left = at;
    if (points[at]! > points[right]!) right = at;
  }
  return Math.max(points[left + 1]!, points[right + 1]!);
}
