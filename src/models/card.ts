import { stringify } from 'yaml';
import type { ImagePreparation, VisionLanguageConfig } from './config.js';
import { encoderFlops, parameterCount } from './cost.js';
import type { DualEncoder } from './dual-encoder.js';

/** Where a model comes from, for its card. */
export interface ModelProvenance {
  /** The settings of the training, as a recipe has them. */
  readonly settings?: unknown;
  readonly data: readonly TrainingSource[];
  /** Figures by name, such as the loss at the end; each name says on what it was measured. */
  readonly metrics?: Readonly<Record<string, number>> | undefined;
}

/** One data set that a model was trained on. */
export interface TrainingSource {
  readonly name: string;
  /** Hash of what was read of it. */
  readonly fingerprint: string;
  readonly split?: string | undefined;
  readonly samples?: number | undefined;
}

/**
 * The `README.md` of a model folder: YAML for the Hugging Face tools (https://huggingface.co/docs/hub/model-cards),
 * then what the model is, what it was trained on and what it is for. The same model has the same card.
 */
export function modelCard(
  model: DualEncoder,
  preparation: ImagePreparation,
  provenance: ModelProvenance | undefined,
): string {
  const { config } = model;
  const header = {
    library_name: 'synray',
    pipeline_tag: 'zero-shot-image-classification',
    license: 'other',
    license_name: 'as-the-training-data-allow',
    tags: ['chest-x-ray', 'radiology-reports', 'vision-language', config.objective, 'synray'],
  };
  const parts = [
    ...identity(model, preparation),
    ...origin(provenance),
    ...purpose,
    ...files,
    ...settings(provenance),
  ];
  return `---\n${stringify(header)}---\n${parts.join('\n')}\n`;
}

function identity(model: DualEncoder, preparation: ImagePreparation): string[] {
  const { config } = model;
  const { all, trained } = parameterCount(model);
  const { image, text } = encoderFlops(config, preparation.size, config.max_tokens);
  const giga = (count: number) => `${(count / 1e9).toPrecision(3)} billion multiply-adds`;
  return [
    `# ${config.objective}: ${imageName(config.image)} and BERT`,
    '',
    'An image encoder and a text encoder that bring chest X-rays and the sentences of their reports into one space of',
    `${config.projection.dimension} dimensions, trained with the objective \`${config.objective}\`.`,
    '',
    '| | |',
    '|---|---|',
    `| pictures | ${preparation.size} × ${preparation.size} grey pixels, each minus its mean, over its standard deviation |`,
    `| texts | up to ${config.max_tokens} tokens |`,
    `| image encoder | ${imageName(config.image)}, ${giga(image)} a picture |`,
    `| text encoder | ${textName(config)}, ${giga(text)} a text of ${config.max_tokens} tokens |`,
    `| parameters | ${all}, of which ${trained} were trained |`,
    '',
  ];
}

function imageName(image: VisionLanguageConfig['image']): string {
  if (image.architecture === 'vit') {
    const { num_hidden_layers: layers, hidden_size: hidden, patch_size: patch } = image;
    return `ViT (${layers} layers of ${hidden}, patches of ${patch})`;
  }
  return `ResNet (${image.block} blocks ${image.depths.join('-')}, widths ${image.widths.join('-')})`;
}

function textName({ text }: VisionLanguageConfig): string {
  const frozen = text.frozen_layers;
  const kept = frozen === undefined ? '' : `, embeddings and ${frozen} layers frozen`;
  return `BERT (${text.num_hidden_layers} layers of ${text.hidden_size}${kept})`;
}

function origin(provenance: ModelProvenance | undefined): string[] {
  const data = provenance?.data ?? [];
  const metrics = Object.entries(provenance?.metrics ?? {});
  const lines = ['## Training data', ''];
  if (data.length === 0) lines.push('Not recorded.');
  else {
    lines.push('| data set | split | samples | fingerprint |', '|---|---|---:|---|');
    for (const { name, split = '', samples = '', fingerprint } of data) {
      lines.push(`| ${cell(name)} | ${cell(split)} | ${samples} | \`${cell(fingerprint)}\` |`);
    }
  }
  if (metrics.length > 0) {
    lines.push('', '## Figures', '', '| figure | value |', '|---|---:|');
    for (const [name, value] of metrics) lines.push(`| ${cell(name)} | ${Number(value.toPrecision(6))} |`);
  }
  return [...lines, ''];
}

const purpose = [
  '## Intended use',
  '',
  'Research on medical vision-language models: comparing training data and objectives, zero-shot classification,',
  'grounding and retrieval on de-identified chest X-rays. It is no medical device: nothing that it says may decide about',
  'a patient. It knows frontal chest X-rays in the style of its training data, and shares their gaps and biases.',
  '',
  '## Licence',
  '',
  'synray, the program that trained it, is under Apache-2.0. The weights may be used as the licences of the data and of',
  'the weights that training began from allow; credentialed data usually forbid passing them on.',
  '',
];

const files = [
  '## Files',
  '',
  '`model.safetensors` holds the weights under the names of torchvision and Hugging Face behind `image.` and `text.`;',
  '`config.json` the form, `image.json` what a picture must be, `tokenizer.json` the tokenizer. Open the folder with',
  '`loadModel` of synray, or the weights in Python: the documentation of synray shows how (`docs/weights-in-python.md`).',
  '',
];

function settings(provenance: ModelProvenance | undefined): string[] {
  if (provenance?.settings === undefined) return [];
  return ['## Settings', '', '```yaml', stringify(provenance.settings).trimEnd(), '```', ''];
}

/** Text that does not end its cell of a table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}
