import { join } from 'node:path';
import { openDataset, TableFile } from '../../data/index.js';
import type { CorpusReader } from './reader.js';

/** The reports of a data set of synray, all splits, without reading its pictures. */
export const dataset: CorpusReader = {
  summary: 'a data set made by synray (the folder with synray.json)',
  async *read(source, options) {
    const { manifest } = await openDataset(source);
    const shards = Object.values(manifest.splits).flatMap(split => split.shards);
    const total = shards.reduce((sum, { samples }) => sum + samples, 0);
    let done = 0;
    for (const { file } of shards) {
      const rows = (await TableFile.open(join(source, file))).texts(['id', 'findings', 'impression']);
      for await (const [id, findings, impression] of rows) {
        yield { id: id ?? '', findings: findings ?? '', impression: impression ?? '' };
        done++;
      }
      options.onPosition?.({ done, total, unit: 'rows' });
    }
  },
};
