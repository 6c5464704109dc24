import type { PaintedStructure } from '../../painter.js';
import { type LungSide, signOf, smoothStep } from './body-map.js';
import { heartNarrowing, widestLevel } from './mediastinum.js';
import type { Patient } from './patient.js';
import { polarOf, radiusToward } from './polar.js';
import { boxOf, type Thorax, tableIndex, thoraxOf } from './shape.js';

/**
 * Half the distance between the two lungs' inner edges, as a share of the inner width of the chest: below the top
 * and at the floor. Hand-drawn outlines that follow the lung behind the heart run beside the spine, 0.13 to 0.15 of
 * the chest's width apart above and 0.18 below.
 */
const inner = { above: 0.066, below: 0.09 } as const;

/**
 * The organs of a patient as a radiologist outlines them, from the contours that the tissues are made of. What a
 * finding reshapes (a raised floor, a large heart) moves the outline; what it only fills (fluid, consolidation) does
 * not: outlines go on where the edge ought to be.
 *
 * - `right lung`, `left lung`, `lungs`: chest wall to the side of the spine, top to diaphragm, with the part behind the
 *   heart, as in the outlines of COVID-19 pictures by General Blockchain and V7. What lies behind the diaphragm is left
 *   out.
 * - `lung fields`: the lungs without what heart and great vessels hide, as in the outlines of JSRT and Montgomery.
 * - `heart`: its shadow down to the diaphragm.
 *
 * Sides are the patient's. All masks are size × size, 255 inside.
 */
export function structuresOf(patient: Patient, size: number): PaintedStructure[] {
  const thorax = thoraxOf(patient.contours, patient.middle);
  const right = lungMask(patient, thorax, 'right', size);
  const left = lungMask(patient, thorax, 'left', size);
  const heart = heartMask(patient, thorax, size);
  const lungs = either(right, left);
  const { rightLung, leftLung } = patient.contours;
  const clear = either(polygonMask(rightLung, size), polygonMask(leftLung, size));
  const fields = lungs.map((inside, at) => (heart[at] === 0 ? inside & clear[at]! : 0));
  return [
    { name: 'lungs', mask: lungs },
    { name: 'right lung', mask: right },
    { name: 'left lung', mask: left },
    { name: 'lung fields', mask: fields },
    { name: 'heart', mask: heart },
  ];
}

/** A lung from the chest wall to the side of the spine, above the floor. */
function lungMask(patient: Patient, thorax: Thorax, side: LungSide, size: number): Uint8Array {
  const contour = side === 'right' ? patient.contours.rightLung : patient.contours.leftLung;
  const mask = polygonMask(contour, size);
  const sign = signOf(side);
  const { middle } = thorax;
  const apex = thorax.apex[side];
  const height = thorax.angle[side] - apex;
  const chest = boxOf(patient.contours.leftLung).right - boxOf(patient.contours.rightLung).left;
  for (let row = 0; row < size; row++) {
    const y = (row + 0.5) / size;
    const down = (y - apex) / height;
    if (down < 0.18) continue;
    const spine = chest * (inner.above + (inner.below - inner.above) * smoothStep(0.2, 1, down));
    // Above the heart the contour is the lung's own edge: the outline goes over to the side of the spine below it.
    const own = sign * (thorax.medial[side][tableIndex(y)]! - middle);
    const apart = Math.min(Math.max(own, 0.6 * spine), spine);
    for (let column = 0; column < size; column++) {
      const x = (column + 0.5) / size;
      const across = sign * (x - middle);
      if (across < apart || sign * (thorax.wall[side][tableIndex(y)]! - x) < 0) continue;
      if (y < thorax.dome[side][tableIndex(x)]!) mask[row * size + column] = 255;
    }
  }
  return mask;
}

/** The heart's shadow above the floor: the contour, with the broad base on which it lies. */
function heartMask({ contours }: Patient, thorax: Thorax, size: number): Uint8Array {
  const mask = new Uint8Array(size * size);
  const points = contours.heart;
  const polar = polarOf(points);
  const box = boxOf(points);
  const widest = widestLevel(points);
  for (let row = 0; row < size; row++) {
    const y = (row + 0.5) / size;
    if (y <= box.top) continue;
    const dy = (y < widest ? y : widest + (y - widest) * heartNarrowing) - polar.y;
    for (let column = 0; column < size; column++) {
      const x = (column + 0.5) / size;
      const floor = thorax.dome[x < thorax.middle ? 'right' : 'left'][tableIndex(x)]!;
      const dx = x - polar.x;
      if (y < floor && Math.hypot(dx, dy) < radiusToward(polar, dx, dy)) mask[row * size + column] = 255;
    }
  }
  return mask;
}

/** 255 where the centre of a pixel lies in a closed contour of x, y pairs (even-odd rule). */
export function polygonMask(points: readonly number[], size: number): Uint8Array {
  const mask = new Uint8Array(size * size);
  for (let row = 0; row < size; row++) {
    const y = (row + 0.5) / size;
    const crossings: number[] = [];
    for (let at = 0; at < points.length; at += 2) {
      const next = (at + 2) % points.length;
      const [y0, y1] = [points[at + 1]!, points[next + 1]!];
      if (y0 <= y === y1 <= y) continue;
      crossings.push(points[at]! + ((y - y0) / (y1 - y0)) * (points[next]! - points[at]!));
    }
    crossings.sort((a, b) => a - b);
    for (let pair = 0; pair + 1 < crossings.length; pair += 2) {
      const from = Math.max(0, Math.ceil(crossings[pair]! * size - 0.5));
      const to = Math.min(size, Math.ceil(crossings[pair + 1]! * size - 0.5));
      if (to > from) mask.fill(255, row * size + from, row * size + to);
    }
  }
  return mask;
}

function either(one: Uint8Array, other: Uint8Array): Uint8Array {
  return one.map((value, at) => value | other[at]!);
}
