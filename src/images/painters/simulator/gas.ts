import type { Random } from '../../../base/index.js';
import { arena } from './arena.js';
import { type Body, signOf } from './body-map.js';
import { kernels } from './kernels.js';
import type { Map2 } from './raster.js';

/** Windpipe, main bronchi, stomach bubble and gas in the bowel: air in place of soft tissue. */
export function addGas(body: Body, random: Random): void {
  const { brush, patient, paths, thorax, size } = body;
  const { field } = patient;
  const air = arena.empty(size * size);
  const middle = thorax.middle;
  const height = patient.lungHeight.right;
  const carina = thorax.apex.right + 0.37 * height;
  const windpipe = random.fork('windpipe');
  const shift = windpipe.normal(0.004, 0.006) + patient.rotation * 0.8;
  const radius = windpipe.uniform(0.75, 0.98) / field;
  const pull = patient.mediastinalShift;
  brush.curve(
    [
      [middle + 0.3 * shift, -0.2, radius],
      [middle + 0.5 * shift + 0.5 * pull, thorax.apex.right, radius],
      [middle + shift + 0.9 * pull - 0.003, carina - 0.08, radius],
      [middle + shift * 0.5 + pull, carina, radius * 0.95],
    ],
    field * 0.9,
  );
  for (const sign of [-1, 1])
    brush.segment(
      middle + shift * 0.5 + pull,
      carina,
      radius * 0.7,
      middle + pull + sign * (sign > 0 ? 0.07 : 0.055),
      carina + (sign > 0 ? 0.055 : 0.065),
      radius * 0.5,
      field * 0.6,
    );
  brush.addTo(air);
  stomachBubble(body, air, random.fork('stomach'));
  const bowel = random.fork('bowel');
  if (bowel.chance(0.6)) {
    const bubbles = 1 + bowel.integer(6);
    for (let bubble = 0; bubble < bubbles; bubble++) {
      // Mostly the bend of the colon below the left floor, towards the flank.
      const left = bowel.chance(0.8);
      const side = left ? 'left' : 'right';
      const x = middle + signOf(side) * bowel.uniform(left ? 0.08 : 0.04, 0.32);
      const y = thorax.top[side] + bowel.uniform(left ? 0.07 : 0.2, 0.4);
      brush.ellipse(
        x,
        y,
        bowel.uniform(0.012, 0.06),
        bowel.uniform(0.01, 0.04),
        bowel.uniform(0.8, 4),
        0.5,
        bowel.uniform(-0.6, 0.6),
      );
      if (bowel.chance(0.5)) brush.addTo(air);
    }
    brush.addTo(air);
  }
  const { soft, fat, blood, air: gas } = paths;
  // Soft tissue gives way first.
  kernels().carve(size, air, soft, fat, blood, gas);
}

function stomachBubble(body: Body, air: Map2, random: Random): void {
  if (!random.chance(0.75)) return;
  const { brush, thorax, size, patient } = body;
  const x = thorax.middle + random.uniform(0.1, 0.23);
  const wide = random.uniform(0.025, 0.09);
  const tall = wide * random.uniform(0.45, 0.95);
  const y = thorax.top.left + 0.022 + tall + random.uniform(0, 0.025);
  const depth = random.uniform(2, 6);
  const bubble = arena.empty(size * size);
  brush.ellipse(x, y, wide, tall, depth, 0.4);
  brush.addTo(bubble);
  // Upright, fluid fills the bubble from below up to a level.
  const level = patient.view === 'AP supine' ? 2 : y + tall * random.uniform(-0.2, 1);
  for (let row = 0, at = 0; row < size; row++) {
    const above = Math.min(1, Math.max(0, (level - (row + 0.5) / size) * size + 0.5));
    for (let column = 0; column < size; column++, at++) air[at]! += bubble[at]! * above;
  }
}
