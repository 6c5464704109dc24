import type { Random } from '../../../base/index.js';
import { type Body, clamp01, smoothStep } from './body-map.js';
import { bezier, type Map2 } from './raster.js';
import { boxOf, tableIndex } from './shape.js';

/** Depth that heart, aorta and mediastinum take of the chest at each pixel, in cm. */
export function greatVessels(body: Body, random: Random): Map2 {
  const { patient, thorax, size, brush } = body;
  const { field } = patient;
  const occupied = new Float32Array(size * size);
  const heartBox = boxOf(patient.contours.heart);
  const heartDepth = 0.86 * (heartBox.right - heartBox.left) * field * random.uniform(0.9, 1.1);
  const polar = polarOf(patient.contours.heart);
  const middle = thorax.middle + patient.mediastinalShift;
  const aortic = patient.aorta;
  const height = patient.lungHeight.left;
  const knobY = thorax.apex.left + height * random.uniform(0.21, 0.27) - 0.03 * aortic.unfolding;
  const radius = aortic.radius / field;
  const descend = middle + 0.03 + 0.035 * aortic.unfolding;
  const spine = patient.spineBend;
  // Arch, seen end on, and descending aorta beside the spine.
  brush.ellipse(middle + 0.026 + 0.045 * aortic.unfolding, knobY, radius * 1.15, radius * 1.1, 6.5, 0.4);
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
  brush.ellipse(middle + 0.047, knobY + 0.09, 0.036, 0.05, 6, 0.45);
  brush.addTo(occupied);
  const widen = patient.mediastinum;
  for (let row = 0, at = 0; row < size; row++) {
    const y = (row + 0.5) / size;
    const index = tableIndex(y);
    // Beside the heart the lung edge belongs to the heart: only spine and gullet are left of the mediastinum.
    const upper = 1 - smoothStep(heartBox.top - 0.02, heartBox.top + 0.12, y);
    const core = 0.046 + 0.01 * smoothStep(heartBox.top, heartBox.bottom, y);
    const right =
      core + upper * (Math.max(core, (thorax.middle - thorax.medial.right[index]!) * widen) - core);
    const left = core + upper * (Math.max(core, (thorax.medial.left[index]! - thorax.middle) * widen) - core);
    const cap = Math.min(1, 0.16 / Math.max(right, left));
    for (let column = 0; column < size; column++, at++) {
      const x = (column + 0.5) / size;
      const across = x - middle;
      const a = (across < 0 ? -across / right : across / left) / (upper > 0 ? Math.max(cap, 0.6) : 1);
      if (a < 1.6 && a >= 1) {
        const skirt = 3.4 * (1 - (a - 1) / 0.6) * upper;
        if (skirt > occupied[at]!) occupied[at] = skirt;
      }
      if (a < 1) {
        const depth =
          2.6 * upper +
          (9 - 2.6 * upper) * Math.sqrt(1 - a * a * a) +
          4 * clamp01(1 - (across * across) / 0.0012);
        if (depth > occupied[at]!) occupied[at] = depth;
      }
      if (y > heartBox.top - 0.01 && y < heartBox.bottom && x > heartBox.left && x < heartBox.right) {
        const rho = polarDistance(polar, x, y);
        if (rho < 1) {
          // Towards its root the heart gives way to the great vessels.
          const root = 0.45 + 0.55 * smoothStep(heartBox.top, heartBox.top + 0.1, y);
          const depth = root * heartDepth * Math.sqrt(1 - rho * rho * rho);
          const other = occupied[at]!;
          occupied[at] = depth > other ? depth + 0.15 * other : other + 0.15 * depth;
        }
      }
    }
  }
  return occupied;
}

interface Polar {
  readonly x: number;
  readonly y: number;
  readonly radii: Float32Array;
}

/** A star-shaped contour about its centre, one radius for each of 256 directions. */
function polarOf(points: readonly number[]): Polar {
  let x = 0;
  let y = 0;
  const corners = points.length / 2;
  for (let at = 0; at < points.length; at += 2) {
    x += points[at]! / corners;
    y += points[at + 1]! / corners;
  }
  const radii = new Float32Array(256);
  for (let direction = 0; direction < 256; direction++) {
    const angle = ((direction + 0.5) / 256) * 2 * Math.PI - Math.PI;
    const cosine = Math.cos(angle);
    const sine = Math.sin(angle);
    for (let at = 0; at < points.length; at += 2) {
      const next = (at + 2) % points.length;
      const ax = points[at]! - x;
      const ay = points[at + 1]! - y;
      const bx = points[next]! - points[at]!;
      const by = points[next + 1]! - points[at + 1]!;
      const cross = bx * sine - by * cosine;
      if (Math.abs(cross) < 1e-9) continue;
      const along = (ay * cosine - ax * sine) / cross;
      if (along < 0 || along > 1) continue;
      const reach = (ax + along * bx) * cosine + (ay + along * by) * sine;
      if (reach > radii[direction]!) radii[direction] = reach;
    }
  }
  return { x, y, radii };
}

function polarDistance(polar: Polar, x: number, y: number): number {
  const dx = x - polar.x;
  const dy = y - polar.y;
  const place = ((Math.atan2(dy, dx) + Math.PI) / (2 * Math.PI)) * 256 - 0.5;
  const low = Math.floor(place);
  const part = place - low;
  const radius = polar.radii[low & 255]! * (1 - part) + polar.radii[(low + 1) & 255]! * part;
  return Math.sqrt(dx * dx + dy * dy) / radius;
}
