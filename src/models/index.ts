export { ImagePreparation, TextPooling, VisionLanguageConfig } from './config.js';
export {
  DualEncoder,
  type EncodedImages,
  type EncodedTexts,
  initialise,
  normalisePictures,
  unitVectors,
} from './dual-encoder.js';
export { loadModel, MODEL_FOLDER, saveModel } from './folder.js';
export { type ImageEncoding, ResNet, ResNetConfig, resNetForms } from './image/resnet.js';
export { Projection } from './projection.js';
export { Bert, BertConfig } from './text/bert.js';
export { learnTokenizer, TextTokenizer, type TokenBatch } from './text/tokenizer.js';
export { learnWordPieces } from './text/wordpiece.js';
export { type ImageFeatures, TrainedModel, type VisionLanguageModel } from './vision-language.js';
