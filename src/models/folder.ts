import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { z } from 'zod';
import { InputError, parseAs, readJson, writeFileAtomic } from '../base/index.js';
import { readSafetensors, writeSafetensors } from '../tensor/index.js';
import { type ModelProvenance, modelCard } from './card.js';
import { ImagePreparation, VisionLanguageConfig } from './config.js';
import { DualEncoder } from './dual-encoder.js';
import { TextTokenizer } from './text/tokenizer.js';
import { TrainedModel } from './vision-language.js';

/** The files of a model folder. */
const CONFIG = 'config.json';
const WEIGHTS = 'model.safetensors';
const TOKENIZER = 'tokenizer.json';
const IMAGE = 'image.json';
const CARD = 'README.md';

/** The folder inside a training run that holds its model. */
export const MODEL_FOLDER = 'model';

/**
 * Writes a model folder: `config.json`, `image.json`, `tokenizer.json`, a card for people (`README.md`) and, last of all,
 * `model.safetensors`, so that a folder with weights is a whole one. Weights have the names of torchvision and Hugging
 * Face behind the prefixes `image.` and `text.`.
 * @param provenance - What the model was trained on and how, for the card.
 */
export async function saveModel(
  folder: string,
  model: Pick<TrainedModel, 'encoder' | 'tokenizer' | 'preparation'>,
  provenance?: ModelProvenance,
): Promise<void> {
  const { encoder, tokenizer, preparation } = model;
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  await writeFileAtomic(join(folder, CONFIG), json(encoder.config));
  await writeFileAtomic(join(folder, IMAGE), json(preparation));
  await writeFileAtomic(join(folder, TOKENIZER), json(tokenizer.file));
  await writeFileAtomic(join(folder, CARD), modelCard(encoder, preparation, provenance));
  await writeSafetensors(join(folder, WEIGHTS), encoder.stateDict(), { format: 'pt' });
}

/**
 * Opens a model folder, or the model of a training run.
 * @throws InputError naming the file that is missing or does not fit, and the first tensor at fault.
 */
export async function loadModel(path: string): Promise<TrainedModel> {
  const folder = await modelFolderOf(path);
  const config = await readPart(join(folder, CONFIG), VisionLanguageConfig);
  const preparation = await readPart(join(folder, IMAGE), ImagePreparation);
  const tokenizer = await TextTokenizer.read(join(folder, TOKENIZER));
  const encoder = new DualEncoder(config);
  const file = join(folder, WEIGHTS);
  const { tensors } = await readSafetensors(file);
  const faults = encoder.loadStateDict(tensors, { strict: false });
  const [fault] = [
    ...faults.missing.map(name => `${name} is missing`),
    ...faults.unexpected.map(name => `${name} has no place in this model`),
    ...faults.mismatched.map(name => `${name} has another shape than config.json says`),
  ];
  if (fault !== undefined) {
    throw new InputError({ file, fault, mend: `use the weights that belong to ${CONFIG}` });
  }
  if (tokenizer.vocabularySize > config.text.vocab_size) {
    throw new InputError({
      file: join(folder, TOKENIZER),
      fault: `it has ${tokenizer.vocabularySize} ids and the text encoder ${config.text.vocab_size}`,
      mend: `use the tokenizer that belongs to ${CONFIG}`,
    });
  }
  return new TrainedModel(basename(resolve(path)), encoder, tokenizer, preparation);
}

async function modelFolderOf(path: string): Promise<string> {
  for (const folder of [path, join(path, MODEL_FOLDER)]) {
    if (existsSync(join(folder, CONFIG))) {
      if (existsSync(join(folder, WEIGHTS))) return folder;
      throw new InputError({
        file: folder,
        fault: `it has no ${WEIGHTS}: training has not ended`,
        mend: 'go on with synray pretrain --resume',
      });
    }
  }
  throw new InputError({
    file: path,
    fault: `not a model folder: it has no ${CONFIG}`,
    mend: 'give the folder that synray pretrain wrote',
  });
}

async function readPart<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
  return parseAs(schema, await readJson(path, 'model', 'check the model folder'), path);
}
