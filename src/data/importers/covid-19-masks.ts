import { dirname, join } from 'node:path';
import { InputError, sha256OfFile } from '../../base/index.js';
import { picturesByName, requireFile, stemOf } from './folder-files.js';
import type { SourceMask } from './importer.js';
import { TableFile } from './table-file.js';

/** What was outlined in one picture. */
export interface OutlinedMasks {
  /** Findings and devices: what a report would name. */
  readonly findings: readonly SourceMask[];
  /** Organs and fields. */
  readonly structures: readonly SourceMask[];
}

/** The table's names of organs, and the names that structures have in records. All else are findings or devices. */
const STRUCTURES: Readonly<Record<string, string>> = {
  'left lung': 'left lung',
  'right lung': 'right lung',
  cardiomediastinum: 'cardiomediastinum',
  airways: 'airways',
};

/**
 * Reads a folder of radiologists' masks: `masks.csv` with the columns `mask`, `file` (or `source_filename`) and
 * `structure`, and the mask pictures in `masks/` or beside the table. "Right lung" is the patient's right.
 * @returns the masks by the picture's file name, and the table's hash
 */
export async function readMaskTable(
  folder: string,
): Promise<{ masks: ReadonlyMap<string, OutlinedMasks>; sha256: string }> {
  const path = await requireFile(folder, [/^masks\.csv(\.gz)?$/], {
    file: 'masks.csv',
    mend: 'give the folder of the masks to --masks, with masks.csv and masks/ in it',
  });
  const table = await TableFile.open(path);
  const pictures = await picturesByName([join(dirname(path), 'masks'), dirname(path)]);
  const names = ['file', 'source_filename']
    .map(name => table.find([name]))
    .filter(name => name !== undefined);
  if (names.length === 0) table.column('file');
  const [mask, structure] = [table.column('mask'), table.column('structure')];
  const found = new Map<string, { findings: SourceMask[]; structures: SourceMask[] }>();
  for await (const [file, label, ...keys] of table.texts([mask, structure, ...names])) {
    const picture = pictures.get(file?.slice(file.lastIndexOf('/') + 1) ?? '');
    if (picture === undefined) {
      throw new InputError({
        file: path,
        fault: `the mask ${file ?? ''} is not there`,
        mend: 'unpack masks/ beside the table, or import without --masks',
      });
    }
    const organ = STRUCTURES[label?.trim().toLowerCase() ?? ''];
    const shape = { kind: 'file', file: picture } as const;
    for (const key of new Set(keys)) {
      if (key === null || key === undefined || key === '') continue;
      const outlined = found.get(key) ?? { findings: [], structures: [] };
      found.set(key, outlined);
      if (organ === undefined) outlined.findings.push({ label: label?.trim() ?? '', shape });
      else outlined.structures.push({ label: organ, shape });
    }
  }
  return { masks: found, sha256: await sha256OfFile(path) };
}

/**
 * Masks of both lungs by the name of the picture they belong to, without its ending: `lung_masks/<name>.png`, or
 * `annotations/lungVAE-masks/<name>_mask.png` as in the original repository.
 */
export async function readLungMasks(folder: string): Promise<Map<string, string>> {
  const folders = ['lung_masks', 'annotations/lungVAE-masks'].map(name => join(folder, name));
  const files = await picturesByName(folders);
  return new Map([...files].map(([name, path]) => [stemOf(name).replace(/_mask$/, ''), path]));
}

/**
 * The structures of one picture. `lungs` is the given mask of both; where there is none, it is made of the outlined
 * left and right ones.
 */
export function structuresOf(
  lungs: string | undefined,
  outlined: OutlinedMasks | undefined,
): readonly SourceMask[] {
  const structures = outlined?.structures ?? [];
  if (lungs !== undefined) {
    return [{ label: 'lungs', shape: { kind: 'file', file: lungs } }, ...structures];
  }
  const sides = structures.filter(({ label }) => label === 'left lung' || label === 'right lung');
  const both = new Set(sides.map(({ label }) => label)).size === 2;
  return both ? [...sides.map(({ shape }) => ({ label: 'lungs', shape })), ...structures] : structures;
}
