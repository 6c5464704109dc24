import { BitReader } from './huffman.js';
import { damaged, jpegScanOf } from './segments.js';

/** Where the n-th value of the zigzag lies in a block of 8 × 8. */
const ZIGZAG = zigzag();
/** cos((2x + 1) u π / 16) with its norm, at x × 8 + u. */
const COSINES = Float64Array.from({ length: 64 }, (_, at) => {
  const x = at >> 3;
  const u = at & 7;
  return (Math.cos(((2 * x + 1) * u * Math.PI) / 16) * (u === 0 ? Math.SQRT1_2 : 1)) / 2;
});

/**
 * Decodes grey JPEG of sequential cosine blocks (ITU-T T.81, processes 1, 2 and 4), of 8 or 12 bits: libjpeg-turbo's
 * WebAssembly reads 8 bits only.
 * @returns values in [0, 255] or [0, 4095].
 * @throws DicomFault where the stream is damaged, cut short, or in colour.
 */
export function decodeExtendedJpeg(bytes: Uint8Array): Uint16Array {
  const { frame, scan } = jpegScanOf(bytes);
  const { width, height, precision } = frame;
  const [component] = frame.components;
  const dc = scan.dcTables[scan.components[0]?.dc ?? 0];
  const ac = scan.acTables[scan.components[0]?.ac ?? 0];
  const steps = scan.quantisation[component?.quantisation ?? 0];
  if (
    frame.components.length !== 1 ||
    scan.components.length !== 1 ||
    dc === undefined ||
    ac === undefined ||
    steps === undefined ||
    (precision !== 8 && precision !== 12)
  ) {
    throw damaged();
  }
  const across = Math.ceil(width / 8);
  const down = Math.ceil(height / 8);
  // A block takes two bits at least.
  if ((bytes.length - scan.offset) * 4 < across * down) throw damaged();
  const reader = new BitReader(bytes, scan.offset);
  const values = new Uint16Array(width * height);
  const block = new Float64Array(64);
  const most = 2 ** precision - 1;
  let level = 0;
  for (let unit = 0; unit < across * down; unit++) {
    if (scan.restartInterval > 0 && unit > 0 && unit % scan.restartInterval === 0) {
      reader.restart();
      level = 0;
    }
    block.fill(0);
    const length = reader.symbol(dc);
    if (length > 16) throw damaged();
    level += reader.signed(length);
    block[0] = level * steps[0]!;
    for (let k = 1; k < 64; k++) {
      const symbol = reader.symbol(ac);
      const size = symbol & 15;
      if (size === 0 && symbol !== 0xf0) break;
      k += symbol >> 4;
      if (k > 63) throw damaged();
      block[ZIGZAG[k]!] = reader.signed(size) * steps[k]!;
    }
    transform(block);
    const left = (unit % across) * 8;
    const top = Math.floor(unit / across) * 8;
    const rows = Math.min(8, height - top);
    const columns = Math.min(8, width - left);
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const value = Math.round(block[y * 8 + x]!) + (most + 1) / 2;
        values[(top + y) * width + left + x] = Math.min(most, Math.max(0, value));
      }
    }
  }
  return values;
}

const half = new Float64Array(64);

/** The inverse cosine transform, in place: along rows, then along columns (ITU-T T.81, A.3.3). */
function transform(block: Float64Array): void {
  for (let v = 0; v < 8; v++) {
    for (let x = 0; x < 8; x++) {
      let sum = 0;
      for (let u = 0; u < 8; u++) sum += COSINES[x * 8 + u]! * block[v * 8 + u]!;
      half[v * 8 + x] = sum;
    }
  }
  for (let x = 0; x < 8; x++) {
    for (let y = 0; y < 8; y++) {
      let sum = 0;
      for (let v = 0; v < 8; v++) sum += COSINES[y * 8 + v]! * half[v * 8 + x]!;
      block[y * 8 + x] = sum;
    }
  }
}

function zigzag(): Uint8Array {
  const order = Array.from({ length: 64 }, (_, at) => ({ x: at & 7, y: at >> 3, at }));
  // Diagonals one after the other; odd ones run downwards, even ones upwards.
  order.sort((one, other) => {
    const [a, b] = [one.x + one.y, other.x + other.y];
    return a - b || (a % 2 === 1 ? one.y - other.y : one.x - other.x);
  });
  return Uint8Array.from(order, ({ at }) => at);
}
