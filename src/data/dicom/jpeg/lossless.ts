import { BitReader, type HuffmanTable } from './huffman.js';
import { damaged, jpegScanOf } from './segments.js';

/**
 * Decodes lossless JPEG (ITU-T T.81, process 14, all seven predictors), of 2 to 16 bits, one component or several in
 * one scan without subsampling.
 * @returns values pixel by pixel, components side by side.
 * @throws DicomFault where the stream is damaged or cut short.
 */
export function decodeLosslessJpeg(bytes: Uint8Array): Uint16Array {
  const { frame, scan } = jpegScanOf(bytes);
  const { width, height, precision } = frame;
  const count = frame.components.length;
  const tables: HuffmanTable[] = scan.components.flatMap(({ dc }) => scan.dcTables[dc] ?? []);
  const oneSample = frame.components.every(
    ({ horizontal, vertical }) =>
      horizontal === frame.components[0]!.horizontal && vertical === frame.components[0]!.vertical,
  );
  const predictor = scan.start;
  const rows = scan.restartInterval / width;
  if (
    tables.length !== count ||
    !oneSample ||
    precision < 2 ||
    precision > 16 ||
    scan.shift >= precision ||
    predictor < 1 ||
    predictor > 7 ||
    !Number.isInteger(rows)
  ) {
    throw damaged();
  }
  // A value takes one bit at least.
  if ((bytes.length - scan.offset) * 8 < width * height * count) throw damaged();
  const reader = new BitReader(bytes, scan.offset);
  const values = new Uint16Array(width * height * count);
  const first = 1 << (precision - scan.shift - 1);
  const stride = width * count;
  for (let y = 0, at = 0; y < height; y++) {
    const restarts = rows > 0 && y % rows === 0;
    if (restarts && y > 0) reader.restart();
    const isFirst = y === 0 || restarts;
    for (let x = 0; x < width; x++) {
      for (let component = 0; component < count; component++, at++) {
        let prediction: number;
        if (isFirst) prediction = x === 0 ? first : values[at - count]!;
        else if (x === 0) prediction = values[at - stride]!;
        else {
          const left = values[at - count]!;
          const above = values[at - stride]!;
          const corner = values[at - stride - count]!;
          prediction = predicted(predictor, left, above, corner);
        }
        const length = reader.symbol(tables[component]!);
        if (length > 16) throw damaged();
        // 16 stands for 32,768 and has no bits after it; sums are modulo 65,536.
        values[at] = prediction + (length === 16 ? 32_768 : reader.signed(length));
      }
    }
  }
  if (scan.shift > 0) for (let at = 0; at < values.length; at++) values[at]! <<= scan.shift;
  return values;
}

/** ITU-T T.81, table H.1. */
function predicted(predictor: number, left: number, above: number, corner: number): number {
  switch (predictor) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return corner;
    case 4:
      return left + above - corner;
    case 5:
      return left + ((above - corner) >> 1);
    case 6:
      return above + ((left - corner) >> 1);
    default:
      return (left + above) >> 1;
  }
}
