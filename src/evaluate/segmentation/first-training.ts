import { existsSync } from 'node:fs';
import type { Dataset } from '../../data/index.js';
import { keep, readSafetensors, type Tensor, writeSafetensors } from '../../tensor/index.js';
import type { Finished } from '../fine-tuning/finished.js';
import { samplesOf } from '../fine-tuning/labelled.js';
import type { PictureEncoder } from '../fine-tuning/picture-encoder.js';
import { copyOf } from '../fine-tuning/train.js';
import { holdOut } from '../fine-tuning/trials.js';
import { readOutlined } from './pictures.js';
import { type OutlineTraining, trainOutlines } from './train-outlines.js';

/**
 * Weights of a network that is trained on the masks of another data set first, such as simulated ones: made once, and
 * kept with what is finished.
 * @param onPictures - Told how many pictures more are done.
 * @returns Weights that outlive scopes.
 */
export async function firstTraining(
  dataset: Dataset,
  encoder: PictureEncoder,
  finished: Finished,
  settings: Omit<OutlineTraining, 'onStep'>,
  onPictures: (count: number) => void,
): Promise<ReadonlyMap<string, Tensor>> {
  const file = finished.file('first.safetensors');
  if (file !== undefined && existsSync(file)) {
    const { tensors } = readSafetensors(file);
    for (const value of tensors.values()) keep(value);
    return tensors;
  }
  const { target, size, seed, signal, batch } = settings;
  const data = await readOutlined(samplesOf(dataset), {
    target,
    size,
    source: dataset.folder,
    onSample: () => onPictures(1),
    signal,
  });
  try {
    const rows = data.samples.map((_, row) => row);
    const held = holdOut(rows, data.samples, seed);
    const network = await trainOutlines(
      encoder,
      data,
      { rows: held?.train ?? rows, validation: held?.validation ?? [] },
      { ...settings, onStep: () => onPictures(batch) },
    );
    const state = copyOf(network.to({ device: 'cpu' }));
    network.dispose();
    if (file !== undefined) await writeSafetensors(file, state);
    return state;
  } finally {
    await data.close();
  }
}
