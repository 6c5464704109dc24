import { availableParallelism } from 'node:os';
import { type Dataset, mapOrdered, openDataset, type Sample } from '../../data/index.js';
import { defaultBank, LexiconTagger } from '../../entities/index.js';
import { type Painter, painters } from '../../images/index.js';
import { sampleOf } from '../../jobs/index.js';
import type { SourceRecipe } from '../recipe/index.js';
import { copyDataset } from './copy-dataset.js';
import type { SourceKind } from './source-kind.js';

type Settings = NonNullable<SourceRecipe['repaint']>;

/** Pictures painted at a time. */
const BATCH = 16;

/**
 * The reports of another data set with pictures painted anew from what they say. What a report says and the painter
 * cannot show stands in the sample's `unknown`.
 */
export const repainted: SourceKind<Settings> = {
  label: 'painting pictures for reports',
  async build(settings, { out, folderOf, signal }) {
    const { of, painter: name, size, seed } = settings;
    const from = await openDataset(folderOf(of));
    const painter = painters.get(name)();
    const tagger = new LexiconTagger(defaultBank(), { unknown: true });
    try {
      return await copyDataset({
        from,
        out,
        name: `${from.manifest.name}, pictures by ${painter.name}`,
        description: `The reports of "${from.manifest.name}" with pictures that ${painter.name} painted from them.`,
        settings: { painter: painter.name, tagger: tagger.name, size, seed },
        samples: () => painted(from, painter, tagger, settings, signal),
        signal,
      });
    } finally {
      await painter.close();
    }
  },
};

async function* painted(
  from: Dataset,
  painter: Painter,
  tagger: LexiconTagger,
  { size, seed }: Settings,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ split: string; sample: Sample }> {
  const paint = async (batch: readonly Sample[]) => {
    const mentions = await tagger.tag(batch);
    const requests = batch.map(({ id, findings, impression }, index) => {
      return { id, findings, impression, mentions: mentions[index]!, size, seed, attempt: 0 };
    });
    const paintings = await painter.paint(requests, signal);
    return Promise.all(
      batch.map(async ({ patient, study }, index): Promise<Sample> => {
        const made = await sampleOf({
          report: requests[index]!,
          painting: paintings[index]!,
          verdicts: [],
          source: painter.name,
        });
        return { ...made, patient, ...(study === undefined ? {} : { study }) };
      }),
    );
  };
  for (const split of from.splits) {
    for await (const samples of mapOrdered(batches(from.samples(split)), availableParallelism(), paint)) {
      for (const sample of samples) yield { split, sample };
    }
  }
}

async function* batches(samples: AsyncIterable<Sample>): AsyncGenerator<Sample[]> {
  let batch: Sample[] = [];
  for await (const sample of samples) {
    batch.push(sample);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
