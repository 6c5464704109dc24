import { z } from 'zod';
import type { Finished } from '../fine-tuning/finished.js';
import type { PictureEncoder } from '../fine-tuning/picture-encoder.js';
import { holdOut, type Trial } from '../fine-tuning/trials.js';
import { OutlinedScore } from '../scores/index.js';
import { overlapOf } from './overlap.js';
import type { OutlinedPictures } from './pictures.js';
import { type OutlineTraining, outlinesOf, trainOutlines } from './train-outlines.js';

const FinishedTrial = z.object({
  scores: z.array(OutlinedScore),
  /** Of each scored picture: one bit a pixel, in Base64. */
  outlines: z.array(z.string()),
});
type FinishedTrial = z.infer<typeof FinishedTrial>;

export interface SegmentedPicture extends OutlinedScore {
  /** Place in the data. */
  readonly row: number;
  /** size × size: 255 inside. */
  readonly outline: Uint8Array;
}

/** Trains and scores every trial, or takes it from where it is finished. */
export async function segmentTrials(
  encoder: PictureEncoder,
  data: OutlinedPictures,
  trials: readonly Trial[],
  finished: Finished,
  settings: Omit<OutlineTraining, 'onStep'>,
  onSteps: (count: number) => void,
  start?: () => Promise<OutlineTraining['start']>,
): Promise<SegmentedPicture[]> {
  const { size, steps, seed } = settings;
  const result: SegmentedPicture[] = [];
  for (const trial of trials) {
    let done = 0;
    const name = `share-${trial.share}-fold-${trial.fold}`;
    const { scores, outlines } = await finished.get(name, FinishedTrial, async () => {
      const held =
        trial.validation === undefined
          ? holdOut(trial.train, data.samples, seed)
          : { train: trial.train, validation: trial.validation };
      const network = await trainOutlines(
        encoder,
        data,
        { rows: held?.train ?? trial.train, validation: held?.validation ?? [] },
        {
          ...settings,
          start: await start?.(),
          onStep: step => {
            onSteps(step - done);
            done = step;
          },
        },
      );
      try {
        return scored(data, trial, outlinesOf(network, data, trial.test, settings), size);
      } finally {
        network.dispose();
      }
    });
    onSteps(steps - done);
    for (const [place, score] of scores.entries()) {
      result.push({ ...score, row: trial.test[place]!, outline: unpacked(outlines[place]!, size) });
    }
  }
  return result;
}

/** Scores of the pictures that a trial was tested on. */
function scored(data: OutlinedPictures, trial: Trial, outlines: Uint8Array, size: number): FinishedTrial {
  const truth = data.masks.read(trial.test);
  const scores: OutlinedScore[] = [];
  const packed: string[] = [];
  for (const [place, row] of trial.test.entries()) {
    const from = place * size * size;
    const outline = outlines.subarray(from, from + size * size);
    const { id, patient } = data.samples[row]!;
    const { dice, iou } = overlapOf(outline, truth.subarray(from, from + size * size));
    scores.push({ sample: id, patient, share: trial.share, fold: trial.fold, dice, iou });
    packed.push(pack(outline));
  }
  return { scores, outlines: packed };
}

/** One bit a pixel, in Base64. */
function pack(mask: Uint8Array): string {
  const bytes = new Uint8Array(Math.ceil(mask.length / 8));
  for (let at = 0; at < mask.length; at++) if (mask[at] !== 0) bytes[at >> 3]! |= 1 << (at & 7);
  return Buffer.from(bytes).toString('base64');
}

function unpacked(text: string, size: number): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  const mask = new Uint8Array(size * size);
  for (let at = 0; at < mask.length; at++) if (((bytes[at >> 3] ?? 0) >> (at & 7)) & 1) mask[at] = 255;
  return mask;
}
