// Bad pictures for `npm run bench curation`, made from good ones and from nothing. All are seeded.
import sharp from 'sharp';
import { Random } from '../dist/base/index.js';

export const SIDE = 320;

/** A picture from a function of x and y; values are clipped to 0 to 255. */
function drawn(value, side = SIDE) {
  const pixels = new Uint8ClampedArray(side * side);
  for (let at = 0; at < pixels.length; at++) pixels[at] = value(at % side, Math.floor(at / side));
  return { pixels: new Uint8Array(pixels.buffer), width: side, height: side };
}

/** `count` pictures, each from a stream of its own. */
export function generated(count, name, maker) {
  return Array.from({ length: count }, (_, index) => drawn(maker(Random.of('curation bench', name, index))));
}

/** Smooth noise of a cell size: a function of x and y, in [-1, 1]. */
function waves(random, cell) {
  const size = Math.ceil((2 * SIDE) / cell) + 3;
  const grid = Float32Array.from({ length: size * size }, () => random.uniform(-1, 1));
  const ease = t => t * t * (3 - 2 * t);
  return (x, y) => {
    const [cx, cy] = [x / cell + 1, y / cell + 1];
    const [ix, iy] = [Math.floor(cx) % (size - 1), Math.floor(cy) % (size - 1)];
    const [fx, fy] = [ease(cx - Math.floor(cx)), ease(cy - Math.floor(cy))];
    const at = (dx, dy) => grid[Math.abs(iy + dy) * size + Math.abs(ix + dx)];
    return (1 - fy) * ((1 - fx) * at(0, 0) + fx * at(1, 0)) + fy * ((1 - fx) * at(0, 1) + fx * at(1, 1));
  };
}

/** Noise with power at all sizes, as clouds, stone and ground have. */
function clouds(random) {
  const octaves = [160, 80, 40, 20, 10, 5].map(cell => ({ cell, wave: waves(random, cell) }));
  return (x, y) => octaves.reduce((sum, { cell, wave }) => sum + (wave(x, y) * cell) / 160, 0);
}

/** Textures as cameras see them. Each gives a function of x and y. */
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
  // Discs that hide one another, of all sizes: the dead leaves model of natural pictures (Lee, Mumford, Huang, 2001).
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
    const stones = Array.from({ length: 90 }, () => [
      random.uniform(0, SIDE),
      random.uniform(0, SIDE),
      random.uniform(90, 210),
    ]);
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
};

export function naturalTextures(count) {
  const makers = Object.entries(textures);
  return makers.flatMap(([name, maker]) => generated(Math.ceil(count / makers.length), name, maker));
}

export function mapped({ pixels, width, height }, change) {
  return { pixels: new Uint8Array(Uint8ClampedArray.from(pixels, change).buffer), width, height };
}

/** The upper part of a picture; below it grey, black, white, or the last line again and again. */
export function halfLoaded(set) {
  return set.map(({ pixels, width, height }, index) => {
    const random = Random.of('half-loaded', index);
    const rows = Math.round(height * random.uniform(0.2, 0.7));
    const rest = [128, 0, 255, undefined][index % 4];
    const changed = pixels.slice();
    for (let at = rows * width; at < changed.length; at++) {
      changed[at] = rest ?? changed[(rows - 1) * width + (at % width)];
    }
    return { pixels: changed, width, height };
  });
}

/** Static lines such as a torn transfer leaves: the lower part is another part of the picture, shifted. */
export function turned(set) {
  return set.map(({ pixels, width, height }) => {
    const changed = new Uint8Array(pixels.length);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) changed[x * height + (height - 1 - y)] = pixels[y * width + x];
    }
    return { pixels: changed, width: height, height: width };
  });
}

export async function blurred(set, radius) {
  return Promise.all(
    set.map(async ({ pixels, width, height }) => {
      const raw = { width, height, channels: 1 };
      const soft = await sharp(pixels, { raw }).blur(radius).extractChannel(0).raw().toBuffer();
      return { pixels: new Uint8Array(soft), width, height };
    }),
  );
}

/**
 * Photographs of a screen: the picture at a slant on a bezel, with the beat of screen and camera grids.
 * @param parts.slant, parts.grid - whether it has these
 */
export function screenPhotographs(set, { slant, grid }) {
  return set.map(({ pixels, width, height }, index) => {
    const random = Random.of('screen', index);
    const lean = slant ? random.uniform(0.04, 0.12) * (random.next() < 0.5 ? -1 : 1) : 0;
    const bezel = random.uniform(5, 60);
    const turn = random.uniform(0.2, 1.3);
    const pitch = random.uniform(2.2, 6);
    const strength = random.uniform(4, 12);
    const margin = slant ? 0.1 : 0;
    return drawn((x, y) => {
      const v = (y / SIDE - margin) / (1 - 2 * margin);
      const half = (0.5 - margin) * (1 + lean * (2 * v - 1) * 1.5);
      const u = (x / SIDE - 0.5) / (2 * half) + 0.5;
      if (u < 0 || u >= 1 || v < 0 || v >= 1) return bezel + random.normal(0, 3);
      const value = pixels[Math.floor(v * height) * width + Math.floor(u * width)];
      const beat = grid
        ? Math.sin((2 * Math.PI * (x * Math.cos(turn) + y * Math.sin(turn))) / pitch) * strength
        : 0;
      return 25 + 0.85 * value + beat + random.normal(0, 2);
    });
  });
}
