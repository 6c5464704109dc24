import type { Random } from '../../../base/index.js';
import { arena } from './arena.js';
import { type Body, clamp01, type LungSide, type RibCourse, sides, signOf } from './body-map.js';
import { kernels } from './kernels.js';
import { bezier, type CurvePoint, type Map2 } from './raster.js';
import { tableIndex } from './shape.js';

/** Ribs, spine, clavicles, shoulder blades and upper arms, in cm of compact bone along the beam. */
export function addSkeleton(body: Body, random: Random): void {
  const { paths, size } = body;
  const bone = arena.empty(paths.bone.length);
  const spongy = arena.empty(paths.bone.length);
  spine(body, bone, spongy, random.fork('spine'));
  for (const side of sides) {
    ribs(body, bone, side, random.fork('ribs'), random.fork('ribs', side));
    shoulder(body, bone, spongy, side, random.fork('shoulder', side));
  }
  kernels().layBones(size, bone, spongy, paths.bone, paths.spongy, paths.soft, body.patient.boneDensity);
}

/** Ribs 1 to 11 of a side. `shared` draws what both sides have in common. */
function ribCourses(body: Body, side: LungSide, shared: Random, own: Random): RibCourse[] {
  const { thorax, patient } = body;
  const sign = signOf(side);
  const height = patient.lungHeight[side] * shared.uniform(0.94, 1.02);
  const slope = shared.uniform(0.75, 1.25);
  const thick = (shared.uniform(0.52, 0.66) * (patient.sex === 'M' ? 1.05 : 0.95)) / patient.field;
  const first = thorax.apex[side] - 0.012 + own.normal(0, 0.004);
  const courses: RibCourse[] = [];
  for (let number = 1; number <= 11; number++) {
    const y = first + ((number - 1) * height) / 9.4 + own.normal(0, 0.0025);
    const drop = slope * (number === 1 ? 0.03 : 0.045 + 0.009 * number) + own.normal(0, 0.004);
    const bend = patient.spineBend * (number / 6);
    const spineX = thorax.middle + sign * 0.034 + bend;
    const sideY = y + drop + 0.035;
    const wall = thorax.wall[side][tableIndex(sideY)]! + sign * 0.006;
    const rise = own.uniform(0.006, 0.022);
    const across = wall - spineX;
    const back = bezier(
      [spineX, y],
      [spineX + 0.42 * across, y - rise * 1.6],
      [wall - 0.02 * sign * number ** 0.2, y + 0.25 * drop],
      [wall, sideY],
      [thick * 0.85, thick * 0.95],
      14,
    );
    const reach = number === 1 ? 0.2 : Math.min(0.62, 0.28 + 0.045 * number);
    const frontX = thorax.middle + sign * 0.02 + reach * (wall - thorax.middle) + own.normal(0, 0.008);
    const fall = slope * (number === 1 ? 0.07 : 0.085 + 0.006 * number);
    const front = bezier(
      [wall, sideY],
      [wall - sign * 0.004, sideY + 0.045],
      [frontX + 0.4 * (wall - frontX), sideY + 0.85 * fall],
      [frontX, sideY + fall + own.normal(0, 0.006)],
      [thick * 0.95, thick * 1.15],
      12,
    );
    courses.push({ back, front });
  }
  return courses;
}

function ribs(body: Body, bone: Map2, side: LungSide, shared: Random, own: Random): void {
  const { field } = body.patient;
  const { brush } = body;
  const shell = own.uniform(0.09, 0.13) / field;
  const courses = ribCourses(body, side, shared, own);
  body.ribs[side] = courses;
  const turned = body.patient.rotation;
  courses.forEach((course, index) => {
    // The upper ribs are seen through little else: their compact edges stand out.
    const marrow = index < 4 ? 0.26 : 0.38;
    brush.curve(course.back, field * (index < 4 ? 1.1 : 0.95), shell, marrow);
    brush.addTo(bone);
    if (index > 7) return;
    const front = course.front.map(([x, y, radius]): CurvePoint => [x + 0.6 * turned, y, radius]);
    brush.curve(front, field * 0.7, shell, 0.34);
    brush.addTo(bone);
  });
}

function spine(body: Body, bone: Map2, spongy: Map2, random: Random): void {
  const { patient, thorax, brush, size } = body;
  const { field } = patient;
  const step = (patient.lungHeight.right / 9.4) * random.uniform(0.96, 1.02);
  const first = thorax.apex.right - 0.012 - 4 * step;
  for (let number = 0; number < 22; number++) {
    const y = first + number * step * (number < 4 ? 0.94 : 1) + 0.45 * step;
    if (y > 1.1) break;
    const grow = Math.min(1.25, 0.8 + 0.03 * number);
    const half = (1.45 * grow) / field;
    const tall = 0.42 * step;
    const x = thorax.middle + spineShift(patient.spineBend, (y - 0.1) / 0.7);
    // Body of the vertebra: spongy, with thin compact end plates that the slanting beam blurs.
    const box = new Slab(x, y, half, 1.08 * tall);
    box.addTo(spongy, size, 2.6 * random.uniform(0.9, 1.1));
    const plate = random.uniform(0.3, 1);
    brush.segment(x - half, y - tall, 0.0038, x + half, y - tall, 0.0038, field * plate);
    brush.segment(x - half, y + tall, 0.0038, x + half, y + tall, 0.0038, field * plate);
    if (patient.spurs > 0.2) {
      const spur = patient.spurs * random.uniform(0.2, 1) * 0.012;
      const edge = x + (random.chance(0.5) ? -1 : 1) * (half + spur * 0.5);
      brush.ellipse(edge, y + tall, spur + 0.004, 0.006, 1.1);
    }
    brush.addTo(bone);
    const turned = patient.rotation * 0.5;
    brush.ellipse(x - half * 0.62, y - 0.25 * tall, 0.0085 * grow, 0.011 * grow, 0.6);
    brush.ellipse(x + half * 0.62, y - 0.25 * tall, 0.0085 * grow, 0.011 * grow, 0.6);
    brush.ellipse(x - turned, y + 0.6 * tall, 0.006, 0.014, 0.5);
    brush.addTo(bone);
    // Transverse processes.
    brush.segment(x - half * 1.7, y - 0.3 * tall, 0.008, x + half * 1.7, y - 0.3 * tall, 0.008, field);
    brush.addTo(spongy);
  }
  // Breast bone, thin and spongy.
  const top = thorax.apex.right + 0.075;
  const front = thorax.middle + patient.rotation * 1.6;
  brush.segment(front, top, 0.05, front, top + 0.04, 0.03, field * 0.08, 0.15 / field, 0.2);
  brush.segment(front, top + 0.07, 0.03, front, top + 0.3, 0.034, field * 0.08, 0.15 / field, 0.2);
  brush.addTo(bone);
}

/** A vertebra's body seen from the front: even, with edges a little softer than the pixel. */
class Slab {
  constructor(
    readonly x: number,
    readonly y: number,
    readonly half: number,
    readonly tall: number,
  ) {}

  addTo(map: Map2, size: number, depth: number): void {
    const soft = 0.004;
    const first = Math.max(0, Math.floor((this.y - this.tall - soft) * size));
    const last = Math.min(size - 1, Math.ceil((this.y + this.tall + soft) * size));
    const left = Math.max(0, Math.floor((this.x - this.half - soft) * size));
    const right = Math.min(size - 1, Math.ceil((this.x + this.half + soft) * size));
    for (let row = first; row <= last; row++) {
      const down = clamp01((this.tall - Math.abs((row + 0.5) / size - this.y)) / soft + 0.5);
      for (let column = left; column <= right; column++) {
        const off = (Math.abs((column + 0.5) / size - this.x) / this.half) ** 2;
        const across = clamp01(((1 - off) * this.half) / (2 * soft));
        map[row * size + column]! += depth * down * across * (0.7 + 0.3 * Math.sqrt(Math.max(0, 1 - off)));
      }
    }
  }
}

/** Side shift of the spine at a height (0 top, 1 bottom of the chest) for this bend. */
export function spineShift(bend: number, height: number): number {
  return bend * Math.sin(Math.PI * Math.min(1.3, Math.max(-0.3, height)));
}

function shoulder(body: Body, bone: Map2, spongy: Map2, side: LungSide, random: Random): void {
  const { patient, thorax, brush } = body;
  const { field } = patient;
  const sign = signOf(side);
  const frontal = patient.view === 'PA';
  const middle = thorax.middle;
  const wall = thorax.wall[side][tableIndex(thorax.apex[side] + 0.25)]!;
  const apexY = thorax.apex[side];
  const { x: jointX, y: jointY, handX, handY } = body.shoulders[side];
  // Collar bone: S-shaped, from the breast bone to the tip of the shoulder.
  const contour = side === 'right' ? patient.contours.rightClavicle : patient.contours.leftClavicle;
  let innerY = apexY + 0.08;
  if (contour.length > 0) {
    innerY = 0;
    for (let at = 1; at < contour.length; at += 2) innerY += (2 * contour[at]!) / contour.length;
  }
  const lift = frontal ? random.uniform(-0.015, 0.03) : random.uniform(-0.015, 0.02);
  // AP seen from above, more so lying back: the inner ends stand higher against the lungs.
  const low = frontal ? 0.03 : patient.view === 'AP' ? 0.01 : -0.01;
  const inner: [number, number] = [
    middle + sign * 0.042 + patient.rotation * 1.5,
    innerY + low + random.uniform(-0.02, 0.02),
  ];
  const outer: [number, number] = [jointX - sign * 0.008, jointY - 0.045 - lift];
  const collar = random.uniform(0.48, 0.66) / field;
  // S-shaped: bowed forward by the breast bone, backward by the shoulder.
  const bow = random.uniform(0.004, 0.03);
  const course = bezier(
    inner,
    [inner[0] + sign * 0.09, inner[1] - bow],
    [
      outer[0] - sign * 0.13,
      outer[1] - (frontal ? random.uniform(-0.01, 0.03) : random.uniform(-0.02, 0.01)),
    ],
    outer,
    [collar * 1.3, collar * 0.95],
    16,
  );
  brush.curve(course, field * 1.45, 0.13 / field, 0.12);
  brush.addTo(bone);
  brush.curve(course, field * 0.9);
  brush.addTo(spongy);
  // Shoulder blade: thin plate with a thick side border, its spine, and the tip over the joint.
  const over = patient.scapulaOverlap;
  const tip: [number, number] = [
    wall - sign * (0.055 * over - 0.035),
    jointY + 0.31 + random.normal(0, 0.012),
  ];
  const neck: [number, number] = [jointX - sign * 0.035, jointY + 0.015];
  const crest: [number, number] = [wall - sign * (0.015 + 0.1 * over), jointY + 0.02];
  brush.segment(crest[0], crest[1] + 0.01, 0.02, tip[0], tip[1], 0.014, field * 0.12);
  brush.segment(neck[0], neck[1] + 0.03, 0.03, tip[0], tip[1] - 0.03, 0.02, field * 0.16);
  brush.segment(crest[0], crest[1], 0.03, neck[0], neck[1] + 0.02, 0.03, field * 0.16);
  brush.addTo(bone);
  const border = 0.33 / field;
  brush.curve(
    bezier(neck, [neck[0] - sign * 0.005, neck[1] + 0.09], [tip[0] + sign * 0.03, tip[1] - 0.08], tip, [
      border * 1.5,
      border,
    ]),
    field * 1.5,
    0.12 / field,
    0.2,
  );
  brush.addTo(bone);
  brush.curve(
    bezier(crest, [crest[0], crest[1] + 0.1], [tip[0] - sign * 0.02, tip[1] - 0.09], tip, [
      border * 0.6,
      border * 0.7,
    ]),
    field * 1.1,
  );
  brush.addTo(bone);
  brush.segment(
    crest[0],
    crest[1] + 0.015,
    border,
    outer[0],
    outer[1] + 0.012,
    border * 1.8,
    field * 1.1,
    0.1 / field,
    0.2,
  );
  brush.addTo(bone);
  // Coracoid.
  brush.segment(
    neck[0],
    neck[1] - 0.01,
    border * 1.6,
    neck[0] - sign * 0.02,
    neck[1] - 0.03,
    border * 1.5,
    field * 1.1,
    0.1 / field,
    0.2,
  );
  brush.addTo(bone);
  // Upper arm: head and shaft.
  const head = 2.3 / field;
  const headX = jointX + sign * 0.018;
  brush.ellipse(headX, jointY + 0.018, head, head * 1.05, 3.8, 0.55);
  brush.addTo(spongy);
  // The socket of the shoulder blade before it.
  brush.segment(
    jointX - sign * 0.03,
    jointY - 0.012,
    0.009,
    jointX - sign * 0.026,
    jointY + 0.045,
    0.009,
    field * 0.9,
    0.13 / field,
    0.35,
  );
  brush.addTo(bone);
  brush.segment(
    headX + sign * 0.01,
    jointY + 0.03,
    1.35 / field,
    handX,
    handY,
    1.05 / field,
    field * 0.4,
    0.3 / field,
    0.25,
  );
  brush.addTo(bone);
}
