import { InputError, Random } from '../../base/index.js';
import { type Dataset, openDataset, type Sample } from '../../data/index.js';
import type { SourceRecipe } from '../recipe/index.js';
import { copyDataset } from './copy-dataset.js';
import type { SourceKind } from './source-kind.js';

type Settings = NonNullable<SourceRecipe['select']>;

/**
 * Some patients of another data set. Each patient has a place from 0 to 1 by chance, which depends on seed and patient
 * alone: stretches that do not meet have no patient in common.
 */
export const selected: SourceKind<Settings> = {
  label: 'selecting patients',
  async build(settings, { out, folderOf, signal }) {
    const from = await openDataset(folderOf(settings.of));
    const { patients, split = null, most = null, seed } = settings;
    return copyDataset({
      from,
      out,
      name: `${from.manifest.name}, patients ${patients[0]} to ${patients[1]}`,
      description: `A part of "${from.manifest.name}": patients from ${patients[0]} to ${patients[1]} in an order by chance.`,
      settings: { patients, split, most, seed },
      samples: () => chosen(from, settings),
      signal,
    });
  },
};

async function* chosen(from: Dataset, settings: Settings): AsyncGenerator<{ split: string; sample: Sample }> {
  const {
    patients: [least, greatest],
    split,
    most,
    seed,
  } = settings;
  const isChosen = ({ id, patient }: Sample) => {
    const place = placeOf(seed, patient === '' ? `sample ${id}` : patient);
    return place >= least && (place < greatest || greatest === 1);
  };
  const splits = split === undefined ? from.splits : [split];
  let wanted: ReadonlySet<string> | undefined;
  if (most !== undefined) {
    const places: [id: string, place: number][] = [];
    for (const name of splits) {
      for await (const sample of from.samples(name)) {
        if (isChosen(sample)) places.push([sample.id, placeOf(seed, `order of ${sample.id}`)]);
      }
    }
    places.sort((a, b) => a[1] - b[1]);
    wanted = new Set(places.slice(0, most).map(([id]) => id));
  }
  let count = 0;
  for (const name of splits) {
    for await (const sample of from.samples(name)) {
      if (!isChosen(sample) || wanted?.has(sample.id) === false) continue;
      count++;
      yield { split: name, sample };
    }
  }
  if (count > 0) return;
  const fault = `no patient lies from ${least} to ${greatest}`;
  throw new InputError({ file: from.folder, fault, mend: 'choose a wider stretch' });
}

function placeOf(seed: number, name: string): number {
  return Random.of(seed, 'select', name).next();
}
