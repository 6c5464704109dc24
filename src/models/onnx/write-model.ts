import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { replaceFile, writeFileAtomic } from '../../base/index.js';
import { encodeModel, type GraphModel, type Outside } from './format.js';

/** Weights up to this many bytes stand in the file itself: the format's messages end at 2 GiB. */
const SINGLE_FILE = 1.5 * 2 ** 30;
/** Tensors smaller than this stay in the file in any case: shapes must be known before weights are read. */
const SMALL = 1024;
/** Weights begin at multiples of this, so that a runtime can map them. */
const ALIGNMENT = 4096;

/** Where a network lies on disk. */
export interface ModelFiles {
  readonly file: string;
  /** The file with its weights, where they are too many for one file. */
  readonly weights?: string;
}

/**
 * Writes an `.onnx` file, and `<file>.data` beside it where the weights are larger than the format's files may be.
 * Both appear whole or not at all.
 */
export async function writeModel(
  file: string,
  model: GraphModel,
  { singleFile = SINGLE_FILE }: { singleFile?: number } = {},
): Promise<ModelFiles> {
  const bytes = model.tensors.reduce((total, { length }) => total + length, 0);
  if (bytes <= singleFile) {
    await writeFileAtomic(file, encodeModel(model));
    return { file };
  }
  const weights = `${file}.data`;
  await writeFileAtomic(file, encodeModel(model, await writeWeights(weights, model)));
  return { file, weights };
}

/** Writes the large tensors one after another; only one is in memory at a time. */
async function writeWeights(path: string, model: GraphModel): Promise<Map<string, Outside>> {
  const places = new Map<string, Outside>();
  await replaceFile(path, async temporary => {
    const output = await open(temporary, 'w');
    try {
      let end = 0;
      for (const tensor of model.tensors) {
        if (tensor.length < SMALL) continue;
        const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
        await output.writeFile(new Uint8Array(offset - end));
        await output.writeFile(tensor.read());
        places.set(tensor.name, { file: basename(path), offset });
        end = offset + tensor.length;
      }
    } finally {
      await output.close();
    }
  });
  return places;
}
