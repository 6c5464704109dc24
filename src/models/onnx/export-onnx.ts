import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  InputError,
  makeFolder,
  messageOf,
  SynrayError,
  temporaryName,
  UsageError,
  writeFileAtomic,
} from '../../base/index.js';
import { loadModel } from '../folder.js';
import type { TrainedModel } from '../vision-language.js';
import { checkModels, type Differences } from './check.js';
import { GraphBuilder } from './graph.js';
import { imageModel, type PixelElement } from './image-model.js';
import { readme } from './readme.js';
import { OnnxRuntime } from './runtime.js';
import { textModel } from './text-model.js';
import { writeModel } from './write-model.js';

export interface ExportOnnxOptions {
  /** Folder of a model or of a training run. */
  readonly model: string;
  /** Folder to write: must not be there, or be empty. */
  readonly out: string;
  /** What a picture's grey values come as (default: uint8). */
  readonly pixels?: PixelElement | undefined;
  /** Whether onnxruntime runs what was written, beside libtorch (default: yes). */
  readonly check?: boolean | undefined;
  /** Most bytes of weights that stand in the `.onnx` file itself (default: 1.5 GiB). */
  readonly singleFile?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ExportOnnxResult {
  readonly out: string;
  /** Names of the files in it. */
  readonly files: readonly string[];
  /** Which onnxruntime checked it, and how far it is from libtorch; null without a check. */
  readonly checked: { readonly runtime: string; readonly differences: Differences } | null;
}

/**
 * Writes the encoders of a model as ONNX: `image.onnx` and `text.onnx` with projections, normalisation of pictures and
 * of vectors inside, `tokenizer.json`, `config.json`, `image.json` and a `README.md` with their inputs and outputs.
 * The folder appears whole, and after its check, or not at all.
 * @throws UsageError when `out` is occupied or an encoder cannot be written; InputError when the model cannot be read.
 * @throws SetupError when there is no onnxruntime to check with; SynrayError when the check fails.
 */
export async function exportOnnx(options: ExportOnnxOptions): Promise<ExportOnnxResult> {
  const { out, check = true } = options;
  await refuseOccupied(out);
  const runtime = check ? await OnnxRuntime.find() : undefined;
  const model = await loadModel(options.model);
  const temporary = temporaryName(out);
  try {
    await makeFolder(dirname(out));
    await mkdir(temporary);
    const checked = await writeFolder(temporary, model, runtime, options);
    const files = (await readdir(temporary)).sort();
    await rmdir(out).catch(() => {});
    await rename(temporary, out);
    return { out, files, checked };
  } catch (error) {
    if (error instanceof SynrayError || options.signal?.aborted === true) throw error;
    throw new InputError({
      file: out,
      fault: `it could not be written: ${messageOf(error)}`,
      mend: 'nothing was kept; see to the place, or choose another --out',
      cause: error,
    });
  } finally {
    // Fails only where the folder could not be made at all.
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
  }
}

async function writeFolder(
  folder: string,
  model: TrainedModel,
  runtime: OnnxRuntime | undefined,
  { pixels = 'uint8', singleFile, signal }: ExportOnnxOptions,
): Promise<ExportOnnxResult['checked']> {
  const { config } = model.encoder;
  const weights = model.encoder.stateDict();
  const builders = { image: new GraphBuilder(weights), text: new GraphBuilder(weights) };
  const image = imageModel(builders.image, config, { pixels, size: model.imageSize });
  const text = textModel(builders.text, config);
  refuseForgotten(weights.keys(), [builders.image.used, builders.text.used]);
  const limit = singleFile === undefined ? {} : { singleFile };
  const files = {
    image: await writeModel(join(folder, 'image.onnx'), image, limit),
    text: await writeModel(join(folder, 'text.onnx'), text, limit),
  };
  signal?.throwIfAborted();
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  await writeFileAtomic(join(folder, 'config.json'), json(config));
  await writeFileAtomic(join(folder, 'image.json'), json(model.preparation));
  await writeFileAtomic(join(folder, 'tokenizer.json'), json(model.tokenizer.file));
  await writeFileAtomic(
    join(folder, 'README.md'),
    readme(model.name, config, model.imageSize, { image, text }),
  );
  if (runtime === undefined) return null;
  const differences = await checkModels(model, runtime, files, pixels);
  signal?.throwIfAborted();
  return { runtime: runtime.name, differences };
}

/** A weight that stands in no graph is a part of the model that the graphs do not know. */
export function refuseForgotten(names: Iterable<string>, used: readonly ReadonlySet<string>[]): void {
  for (const name of names) {
    if (name.endsWith('.num_batches_tracked') || used.some(each => each.has(name))) continue;
    throw new UsageError({
      fault: `the model has a part that cannot be written as ONNX: ${name}`,
      mend: 'use the weights in model.safetensors instead',
    });
  }
}

/** @throws UsageError when something other than an empty folder is there. */
async function refuseOccupied(out: string): Promise<void> {
  const found = await stat(out).catch(() => undefined);
  if (found === undefined) return;
  if (found.isDirectory() && (await readdir(out)).length === 0) return;
  throw new UsageError({
    file: out,
    fault: 'the output is there already',
    mend: 'choose another --out, or delete it first',
  });
}
