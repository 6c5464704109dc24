import type { Random } from '../../base/index.js';
import { blurred, drawn, type GreyPicture } from './picture.js';

/** Something that the beam crosses: the depth that it takes of it at a place, 0 outside. Fractions of the side. */
type Body = (x: number, y: number) => number;

/** How much a depth of tissue of one side of the picture dims the beam. */
const TISSUE = 6;
const BONE = 14;

/** An ellipse seen along its third axis; `depth` is its greatest. */
function ellipse(cx: number, cy: number, rx: number, ry: number, depth: number, angle = 0): Body {
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return (x, y) => {
    const [u, v] = [x - cx, y - cy];
    const room = 1 - ((u * cosine + v * sine) / rx) ** 2 - ((v * cosine - u * sine) / ry) ** 2;
    return room > 0 ? depth * Math.sqrt(room) : 0;
  };
}

/** A tube between two points. `wall` leaves it hollow but for a wall of this share of its radius. */
function tube(x0: number, y0: number, x1: number, y1: number, radius: number, wall = 1): Body {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const long = dx * dx + dy * dy;
  return (x, y) => {
    const along = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / long));
    const off = Math.hypot(x - x0 - along * dx, y - y0 - along * dy) / radius;
    if (off >= 1) return 0;
    const whole = Math.sqrt(1 - off * off);
    const inner = 1 - wall;
    const hollow = off < inner ? Math.sqrt(1 - (off / inner) ** 2) * inner : 0;
    return 2 * radius * (whole - hollow);
  };
}

/** A picture of bodies: soft ones, bones, and air within them. */
function radiograph(
  { soft, bone, air = [] }: { soft: readonly Body[]; bone: readonly Body[]; air?: readonly Body[] },
  side: number,
  random: Random,
): GreyPicture {
  const sum = (bodies: readonly Body[], x: number, y: number) =>
    bodies.reduce((depth, body) => depth + body(x, y), 0);
  const noise = random.uniform(0.01, 0.03);
  const dense = random.uniform(0.8, 1.2);
  const sharp = drawn((column, row) => {
    const [x, y] = [(column + 0.5) / side, (row + 0.5) / side];
    const tissue = Math.max(0, Math.max(...soft.map(body => body(x, y))) - sum(air, x, y));
    const dimmed = TISSUE * tissue + BONE * sum(bone, x, y);
    return 255 * (1 - Math.exp(-0.55 * dense * dimmed)) + 255 * noise * random.normal();
  }, side);
  return blurred(sharp, Math.max(0.4, 0.003 * side));
}

/** Forearm or lower leg: soft tissue about two long bones. */
function limb(side: number, random: Random): GreyPicture {
  const lean = random.uniform(-0.12, 0.12);
  const wide = random.uniform(0.12, 0.2);
  const apart = wide * random.uniform(0.35, 0.5);
  return radiograph(
    {
      soft: [tube(0.5 - lean, -0.1, 0.5 + lean, 1.1, wide)],
      bone: [
        tube(0.5 - lean - apart, -0.1, 0.5 + lean - apart, 1.1, wide * 0.33, 0.35),
        tube(0.5 - lean + apart, -0.1, 0.5 + lean + apart, 1.1, wide * 0.22, 0.45),
      ],
    },
    side,
    random,
  );
}

/** A hand: five rays of bones that end at joints. */
function hand(side: number, random: Random): GreyPicture {
  const soft: Body[] = [ellipse(0.5, 0.68, 0.2, 0.22, 0.16), tube(0.5, 0.8, 0.5, 1.1, 0.13)];
  const bone: Body[] = [tube(0.46, 0.93, 0.46, 1.1, 0.04, 0.5), tube(0.55, 0.93, 0.55, 1.1, 0.035, 0.5)];
  for (let wrist = 0; wrist < 7; wrist++)
    bone.push(ellipse(0.42 + 0.027 * wrist, 0.85 + random.uniform(-0.02, 0.02), 0.02, 0.022, 0.03));
  for (let ray = 0; ray < 5; ray++) {
    const angle = -0.5 + 0.25 * ray + random.normal(0, 0.03);
    const long = (ray === 0 ? 0.42 : 0.56 + 0.06 * Math.cos((ray - 2) * 0.9)) * random.uniform(0.95, 1.05);
    const [x, y] = [0.5 + 0.06 * (ray - 2), 0.82];
    const [dx, dy] = [Math.sin(angle) * long, -Math.cos(angle) * long];
    soft.push(tube(x + 0.4 * dx, y + 0.4 * dy, x + dx, y + dy, 0.035));
    for (const [from, to] of [
      [0.05, 0.45],
      [0.48, 0.72],
      [0.75, 0.86],
      [0.89, 0.97],
    ] as const)
      bone.push(tube(x + from * dx, y + from * dy, x + to * dx, y + to * dy, 0.016, 0.55));
  }
  return radiograph({ soft, bone }, side, random);
}

/** A belly: spine, wings of the pelvis, gas in the bowel. */
function abdomen(side: number, random: Random): GreyPicture {
  const bone: Body[] = [];
  for (let vertebra = 0; vertebra < 6; vertebra++)
    bone.push(ellipse(0.5, 0.06 + 0.125 * vertebra, 0.06, 0.055, 0.06));
  for (const sign of [-1, 1]) {
    bone.push(ellipse(0.5 + sign * 0.24, 0.84, 0.16, 0.15, 0.045, sign * 0.6));
    bone.push(tube(0.5 + sign * 0.08, 0.05, 0.5 + sign * 0.4, 0.14, 0.018, 0.6));
  }
  const air = Array.from({ length: 12 + random.integer(10) }, () =>
    ellipse(
      random.uniform(0.15, 0.85),
      random.uniform(0.15, 0.85),
      random.uniform(0.02, 0.08),
      random.uniform(0.015, 0.04),
      random.uniform(0.05, 0.14),
      random.uniform(0, Math.PI),
    ),
  );
  return radiograph({ soft: [ellipse(0.5, 0.5, 0.56, 0.75, 0.36)], bone, air }, side, random);
}

/** A head from the side: skull, jaw, neck. */
function head(side: number, random: Random): GreyPicture {
  const [x, y] = [0.5 + random.uniform(-0.04, 0.04), 0.42];
  const shell = (inner: number): Body => {
    const whole = ellipse(x, y, 0.34, 0.28, 0.3);
    const hollow = ellipse(x, y, 0.34 * inner, 0.28 * inner, 0.3 * inner);
    return (u, v) => whole(u, v) - hollow(u, v);
  };
  return radiograph(
    {
      soft: [ellipse(x, y, 0.36, 0.3, 0.3), tube(x + 0.02, 0.6, x + 0.06, 1.1, 0.14)],
      bone: [
        shell(0.94),
        tube(x - 0.28, 0.72, x - 0.02, 0.66, 0.03),
        tube(x + 0.1, 0.66, x + 0.12, 1.1, 0.045),
      ],
      air: [ellipse(x - 0.24, 0.5, 0.05, 0.05, 0.14), tube(x - 0.04, 0.7, x - 0.02, 1.1, 0.025)],
    },
    side,
    random,
  );
}

/** A chest from the side: spine behind, heart in front, one dome over the other, arms lifted. */
export function lateralChest(side: number, random: Random): GreyPicture {
  const back = random.chance(0.5) ? -1 : 1;
  const at = (x: number) => 0.5 + back * (x - 0.5);
  const deep = random.uniform(0.3, 0.36);
  const bone: Body[] = [];
  for (let vertebra = 0; vertebra < 12; vertebra++) {
    const y = 0.05 + 0.082 * vertebra;
    bone.push(ellipse(at(0.82 - 0.05 * Math.cos((y - 0.45) * 3.4)), y, 0.042, 0.034, 0.035));
  }
  for (let rib = 0; rib < 9; rib++) {
    const y = 0.12 + 0.08 * rib;
    bone.push(tube(at(0.84), y, at(0.5), y + random.uniform(0.09, 0.13), 0.012, 0.5));
    bone.push(tube(at(0.5), y + 0.11, at(0.2), y + 0.16, 0.01, 0.5));
  }
  const heart = ellipse(at(0.36), 0.66, 0.15, 0.15, 0.16, back * 0.5);
  const floors = [random.uniform(0.76, 0.82), random.uniform(0.79, 0.86)];
  const lung: Body = (x, y) => {
    const room = ellipse(0.5, 0.48, deep, 0.44, 0.24)(x, y);
    if (room <= 0) return 0;
    const dome = (floor: number) =>
      y < floor - 0.09 + 0.9 * (back * (x - 0.5) + 0.06) ** 2 + 0.08 * back * (x - 0.5) ? 1 : 0;
    return Math.max(0, 0.5 * room * (dome(floors[0]!) + dome(floors[1]!)) - 0.8 * heart(x, y));
  };
  return radiograph(
    {
      soft: [
        ellipse(0.5, 0.58, deep + 0.09, 0.62, 0.34),
        tube(at(0.55), -0.1, at(0.56), 0.14, 0.16),
        tube(at(0.3), -0.1, at(0.42), 0.14, 0.1),
      ],
      bone,
      air: [lung, tube(at(0.56), -0.1, at(0.58), 0.42, 0.022)],
    },
    side,
    random,
  );
}

const parts = { limb, hand, abdomen, head };

/** An X-ray of another part of the body, filed as a chest by mistake. */
export function otherPart(side: number, random: Random): GreyPicture {
  return random.pick(Object.values(parts))(side, random.fork('part'));
}

/** A test object: a wedge of steps, bars that grow finer, holes in a plate. Nobody at all. */
export function phantom(side: number, random: Random): GreyPicture {
  const first = random.uniform(10, 60);
  const noise = random.uniform(1, 5);
  const holes = Array.from({ length: 20 }, (_, hole) => ({
    x: 0.15 + 0.175 * (hole % 5),
    y: 0.55 + 0.11 * Math.floor(hole / 5),
    radius: 0.035 * random.uniform(0.4, 1),
    depth: random.uniform(5, 60),
  }));
  return drawn((column, row) => {
    const [x, y] = [(column + 0.5) / side, (row + 0.5) / side];
    const edge = x < 0.06 || x > 0.94 || y < 0.06 || y > 0.94;
    let level = edge ? 5 : 150;
    if (!edge && y < 0.25) level = first + 18 * Math.floor((x - 0.06) / 0.08);
    else if (!edge && y < 0.45) level = Math.sin(6 * Math.exp(3.6 * x)) > 0 ? 200 : 60;
    for (const hole of holes)
      if ((x - hole.x) ** 2 + (y - hole.y) ** 2 < hole.radius ** 2) level -= hole.depth;
    return level + noise * random.normal();
  }, side);
}
