import type { VisionLanguageConfig } from '../config.js';
import { type GraphModel, type GraphValue, OPERATOR_SET } from './format.js';
import { needsWords } from './text-model.js';

/** The page that stands beside the written networks: what goes in, what comes out, and how to call them. */
export function readme(
  name: string,
  config: VisionLanguageConfig,
  size: number,
  models: { readonly image: GraphModel; readonly text: GraphModel },
): string {
  const pixels = models.image.inputs[0]!.element;
  const words = needsWords(config)
    ? `
    "word_numbers": np.array([[-1 if word is None else word for word in each.word_ids] for each in encoded]),`
    : '';
  const wordRule = needsWords(config)
    ? '\n`word_numbers` is −1 for marks such as `[CLS]` and for padding; a text that is empty has 0 at its two marks.'
    : '';
  return `# ${name} as ONNX

Written by \`synray export onnx\`: the image encoder and the text encoder of a vision-language model, with their
projections into the shared space of ${config.projection.dimension} dimensions. Operator set ${OPERATOR_SET}, 32-bit floats.

## image.onnx

${table(models.image)}

Pictures are grey, ${size} × ${size} pixels, black as 0. A picture that is not square is cut to its middle. Normalisation
(each picture minus its own mean, over its own standard deviation) is part of the network.

## text.onnx

${table(models.text)}

At most ${config.max_tokens} tokens a text, special ones included, by \`tokenizer.json\`; \`attention_mask\` is 1 where there is a token.${wordRule}

## In Python

\`\`\`python
import numpy as np
import onnxruntime
from PIL import Image, ImageOps
from tokenizers import Tokenizer

image = onnxruntime.InferenceSession("image.onnx")
text = onnxruntime.InferenceSession("text.onnx")
tokenizer = Tokenizer.from_file("tokenizer.json")
tokenizer.enable_truncation(${config.max_tokens})
tokenizer.enable_padding()

picture = ImageOps.fit(Image.open("picture.png").convert("L"), (${size}, ${size}), Image.Resampling.LANCZOS)
pixels = np.asarray(picture, dtype=np.${pixels})[None, None]
picture_vectors, cells = image.run(["embedding", "cells"], {"pixels": pixels})

encoded = tokenizer.encode_batch(["There is pleural effusion.", "There is no pleural effusion."])
(text_vectors,) = text.run(["embedding"], {
    "input_ids": np.array([each.ids for each in encoded], dtype=np.int64),
    "attention_mask": np.array([each.attention_mask for each in encoded], dtype=np.int64),${words}
})

print(picture_vectors @ text_vectors.T)  # how well each text fits each picture, from -1 to 1
print(np.einsum("ndhw,td->nthw", cells, text_vectors))  # the same for each place of the picture
\`\`\`
`;
}

function table(model: GraphModel): string {
  const row = (kind: string) => (value: GraphValue) =>
    `| ${kind} | \`${value.name}\` | ${value.element} | ${value.shape.join(' × ')} | ${MEANING[value.name] ?? ''} |`;
  return [
    '| | name | type | shape | |',
    '|---|---|---|---|---|',
    ...model.inputs.map(row('in')),
    ...model.outputs.map(row('out')),
  ].join('\n');
}

const MEANING: Readonly<Record<string, string>> = {
  pixels: 'grey values',
  input_ids: 'ids of tokens',
  attention_mask: '1 for a token, 0 for padding',
  embedding: 'one vector of length 1',
  cells: 'one vector of length 1 for each place of the picture',
  word_numbers: 'the word that a token belongs to, from 0; −1 for none',
  words: 'a vector for each token or word, not of length 1',
  word_mask: '1 for a word, 0 for padding',
};
