import type { Sample } from '../../data/index.js';
import { encodeSamples } from '../../evaluate/encode.js';
import { type MapKind, upsample } from '../../evaluate/index.js';
import { classDirections, localSimilarities } from '../../evaluate/tasks/similarity.js';
import { promptWords, wordMaps } from '../../evaluate/tasks/similarity-words.js';
import type { ImageFeatures, VisionLanguageModel } from '../../models/index.js';

/** A picture, and sentences that say what is looked for in it. */
export interface WantedMap {
  readonly sample: Sample;
  readonly prompts: readonly string[];
}

export interface MapOptions {
  /** Side of the maps, in pixels. */
  readonly side: number;
  /** As in `synray evaluate grounding`. Default: `words` for a model that gives words, else `similarity`. */
  readonly kind?: MapKind | undefined;
  /** For errors. */
  readonly source: string;
}

/** Where a model sees what prompts say, as zero-shot grounding scores it: side × side for each picture. */
export async function findingMaps(
  model: VisionLanguageModel,
  wanted: readonly WantedMap[],
  { side, kind, source }: MapOptions,
): Promise<Float32Array[]> {
  const maps: Float32Array[] = [];
  for (const { sample, prompts } of wanted) {
    for await (const { features } of encodeSamples(model, [sample], { source })) {
      maps.push(upsample(await mapOf(model, features, prompts, kind), features.cells, side));
    }
  }
  return maps;
}

async function mapOf(
  model: VisionLanguageModel,
  features: ImageFeatures,
  prompts: readonly string[],
  kind: MapKind = model.encodeWords === undefined ? 'similarity' : 'words',
): Promise<Float32Array> {
  const words = kind === 'similarity' ? undefined : await promptWords(model, prompts);
  if (words === undefined || kind === 'similarity') {
    const asked = {
      name: '',
      labels: new Set<string>(),
      unlabelled: false,
      positive: prompts,
      negative: prompts,
    };
    return localSimilarities(features, (await classDirections(model, [asked])).there);
  }
  const each = wordMaps(features, words, kind);
  const cells = features.cells[0] * features.cells[1];
  const mean = new Float32Array(cells);
  for (const [place, value] of each.entries()) mean[place % cells]! += value / words.texts.length;
  return mean;
}
