// Prints the frontal template of src/curation/pixels/frontal-template.ts, measured from finished data sets:
//   node bench/curation-template.mjs DATASET [DATASET …]
// The table in the source came from the Hannover and COVID sets (358 frontal X-rays), so that false rejects
// on the NIH set are measured on pictures it has not seen.
import { shrink, THUMBNAIL } from '../dist/curation/pixels/statistics.js';
import { decodeGrey, openDataset } from '../dist/data/index.js';

const sum = new Float64Array(THUMBNAIL ** 2);
let count = 0;
for (const folder of process.argv.slice(2)) {
  for await (const sample of (await openDataset(folder)).samples()) {
    const { pixels, width, height } = await decodeGrey(sample.image.bytes, { source: sample.id });
    const picture = shrink(pixels, width, height, THUMBNAIL);
    const mean = picture.reduce((total, value) => total + value, 0) / picture.length;
    const deviation = Math.sqrt(
      picture.reduce((total, value) => total + (value - mean) ** 2, 0) / picture.length,
    );
    picture.forEach((value, index) => {
      sum[index] += (value - mean) / deviation;
    });
    count++;
  }
}
for (let row = 0; row < THUMBNAIL; row++) {
  const cells = Array.from(sum.subarray(row * THUMBNAIL, (row + 1) * THUMBNAIL));
  console.log(`  ${cells.map(value => Math.round((100 * value) / count)).join(', ')},`);
}
console.error(`${count} pictures`);
