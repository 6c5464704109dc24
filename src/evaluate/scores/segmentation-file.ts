import { DOUBLE, type DuckDBValue, UINTEGER, VARCHAR } from '@duckdb/node-api';
import { z } from 'zod';
import { brokenScores, readRows, type ScoreFileForm, writeRows } from './parquet.js';
import { OutlinedScore, SegmentationOrigin, type SegmentationTable } from './segmentation.js';

const { sample, patient, share, fold, dice, iou } = OutlinedScore.shape;
const Row = z.tuple([sample, patient, share, fold, dice, iou]);

const FORM = {
  key: 'synray_segmentation',
  columns: {
    sample: VARCHAR,
    patient: VARCHAR,
    share: DOUBLE,
    fold: UINTEGER,
    dice: DOUBLE,
    iou: DOUBLE,
  },
  origin: SegmentationOrigin,
  row: Row,
} satisfies ScoreFileForm<SegmentationOrigin, z.infer<typeof Row>>;

/** The footer entry by which a file of outlined pictures is known. */
export const SEGMENTATION_KEY = FORM.key;

/** Dice and IoU of one outline follow from each other up to rounding. */
const ROUNDING = 1e-9;

/** Writes scores of outlines as Parquet, one row a picture and share. */
export async function writeSegmentation(path: string, { origin, scores }: SegmentationTable): Promise<void> {
  await writeRows(path, FORM, origin, rowsOf(scores));
}

function* rowsOf(scores: readonly OutlinedScore[]): Generator<DuckDBValue[]> {
  for (const score of scores) {
    yield [score.sample, score.patient, score.share, score.fold, score.dice, score.iou];
  }
}

/**
 * Reads a file of outlined pictures.
 * @throws InputError when it is none, or its scores cannot be: Dice and IoU of different outlines, a share or fold that
 * its origin does not name, a picture that a share scores twice or leaves out.
 */
export async function readSegmentation(path: string): Promise<SegmentationTable> {
  const scores: OutlinedScore[] = [];
  const origin = await readRows(path, FORM, row => {
    const [sample, patient, share, fold, dice, iou] = row;
    if (Math.abs(dice - (2 * iou) / (1 + iou)) > ROUNDING) {
      throw brokenScores(path, `Dice and IoU of sample "${sample}" cannot be of one outline`);
    }
    scores.push({ sample, patient, share, fold, dice, iou });
  });
  checkShares(path, { origin, scores });
  return { origin, scores };
}

function checkShares(path: string, { origin, scores }: SegmentationTable): void {
  const samplesOf = new Map(origin.shares.map(({ share }) => [share, new Set<string>()]));
  if (samplesOf.size < origin.shares.length) throw brokenScores(path, 'it names a share of labels twice');
  for (const { sample, share, fold } of scores) {
    const samples = samplesOf.get(share);
    if (samples === undefined || fold >= origin.folds) {
      throw brokenScores(path, `sample "${sample}" is of a share or fold that the file does not speak of`);
    }
    if (samples.has(sample)) {
      throw brokenScores(path, `sample "${sample}" has two scores for ${share} % of the labels`);
    }
    samples.add(sample);
  }
  const all = new Set(scores.map(({ sample }) => sample)).size;
  for (const [share, samples] of samplesOf) {
    if (samples.size === all && all > 0) continue;
    throw brokenScores(
      path,
      `it has scores of ${samples.size} of ${all} samples for ${share} % of the labels`,
    );
  }
}
