import type { Random } from '../../base/index.js';
import { drawn, type GreyPicture } from './picture.js';

/** The side for which textures are laid out; others are the same in other steps. */
const SIDE = 320;

type Texture = (x: number, y: number) => number;

/** Smooth noise of a cell size: a function of x and y, in [-1, 1]. */
function waves(random: Random, cell: number): Texture {
  const size = Math.ceil((2 * SIDE) / cell) + 3;
  const grid = Float32Array.from({ length: size * size }, () => random.uniform(-1, 1));
  const ease = (t: number) => t * t * (3 - 2 * t);
  return (x, y) => {
    const [cx, cy] = [x / cell + 1, y / cell + 1];
    const [ix, iy] = [Math.floor(cx) % (size - 1), Math.floor(cy) % (size - 1)];
    const [fx, fy] = [ease(cx - Math.floor(cx)), ease(cy - Math.floor(cy))];
    const at = (dx: number, dy: number) => grid[Math.abs(iy + dy) * size + Math.abs(ix + dx)]!;
    return (1 - fy) * ((1 - fx) * at(0, 0) + fx * at(1, 0)) + fy * ((1 - fx) * at(0, 1) + fx * at(1, 1));
  };
}

/** Noise with power at all sizes, as clouds, stone and ground have. */
function clouds(random: Random): Texture {
  const octaves = [160, 80, 40, 20, 10, 5].map(cell => ({ cell, wave: waves(random, cell) }));
  return (x, y) => octaves.reduce((sum, { cell, wave }) => sum + (wave(x, y) * cell) / 160, 0);
}

/** Textures as cameras see them. */
const textures = {
  clouds(random) {
    const cloud = clouds(random);
    return (x, y) => 128 + 90 * cloud(x, y);
  },
  marble(random) {
    const [cloud, pitch, turn] = [clouds(random), random.uniform(8, 30), random.uniform(0, Math.PI)];
    return (x, y) =>
      140 +
      80 * Math.sin((x * Math.cos(turn) + y * Math.sin(turn)) / pitch + 5 * cloud(x, y)) +
      20 * cloud(y, x);
  },
  wood(random) {
    const [cloud, cx, cy, pitch] = [
      clouds(random),
      random.uniform(-200, 500),
      random.uniform(-200, 500),
      random.uniform(3, 9),
    ];
    return (x, y) =>
      130 + 60 * Math.sin((Math.hypot(x - cx, (y - cy) * 0.3) + 12 * cloud(x, y)) / pitch) + 25 * cloud(y, x);
  },
  weave(random) {
    const [pitch, cloud] = [random.uniform(4, 14), clouds(random)];
    return (x, y) => {
      const over = (Math.floor(x / pitch) + Math.floor(y / pitch)) % 2 === 0;
      return 120 + 50 * Math.sin((Math.PI * (over ? x : y)) / pitch) * (over ? 1 : 0.7) + 40 * cloud(x, y);
    };
  },
  bricks(random) {
    const [width, height, cloud] = [random.uniform(40, 90), random.uniform(16, 36), clouds(random)];
    const tone = waves(random, 37);
    return (x, y) => {
      const row = Math.floor(y / height);
      const across = (x + (row % 2) * (width / 2)) % width;
      const mortar = across < 4 || y % height < 4;
      return (
        (mortar ? 190 : 110 + 40 * tone(Math.floor((x + (row % 2) * (width / 2)) / width) * 37, row * 37)) +
        25 * cloud(x, y)
      );
    };
  },
  /** Discs that hide one another, of all sizes: the dead leaves model of natural pictures (Lee, Mumford, Huang, 2001). */
  leaves(random) {
    const discs = Array.from({ length: 700 }, () => ({
      x: random.uniform(0, SIDE),
      y: random.uniform(0, SIDE),
      radius: Math.min(120, 6 / Math.sqrt(random.uniform(0.0025, 1))),
      level: random.uniform(20, 235),
    }));
    const cloud = clouds(random);
    return (x, y) =>
      (discs.find(disc => (disc.x - x) ** 2 + (disc.y - y) ** 2 < disc.radius ** 2)?.level ?? 128) +
      15 * cloud(x, y);
  },
  pebbles(random) {
    const stones = Array.from(
      { length: 90 },
      () => [random.uniform(0, SIDE), random.uniform(0, SIDE), random.uniform(90, 210)] as const,
    );
    const cloud = clouds(random);
    return (x, y) => {
      let [first, second, level] = [1e9, 1e9, 0];
      for (const [sx, sy, tone] of stones) {
        const distance = Math.hypot(sx - x, sy - y);
        if (distance < first) [second, first, level] = [first, distance, tone];
        else if (distance < second) second = distance;
      }
      return Math.min(1, (second - first) / 8) * level + 20 * cloud(x, y);
    };
  },
  landscape(random) {
    const [ridge, cloud, horizon] = [waves(random, 60), clouds(random), random.uniform(100, 220)];
    return (x, y) =>
      y < horizon + 40 * ridge(x, 0)
        ? 200 - 0.2 * y + 30 * cloud(x, y)
        : 70 + 60 * cloud(3 * x, 3 * y) + 0.2 * y;
  },
} satisfies Record<string, (random: Random) => Texture>;

export type TextureName = keyof typeof textures;
export const textureNames = Object.keys(textures) as readonly TextureName[];

/** A photograph of some surface, which is no X-ray at all. */
export function texture(name: TextureName, random: Random, side: number): GreyPicture {
  const value = textures[name](random);
  const step = SIDE / side;
  return drawn((x, y) => value(x * step, y * step), side);
}
