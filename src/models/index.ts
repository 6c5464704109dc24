export { type ModelProvenance, modelCard, type TrainingSource } from './card.js';
export {
  ImageConfig,
  ImagePreparation,
  ProjectionForm,
  TextPooling,
  VisionLanguageConfig,
} from './config.js';
export { type EncoderFlops, encoderFlops, parameterCount } from './cost.js';
export {
  DualEncoder,
  type EncodedImages,
  type EncodedTexts,
  makeImageEncoder,
  normalisePictures,
  unitVectors,
} from './dual-encoder.js';
export { loadModel, MODEL_FOLDER, saveModel } from './folder.js';
export type { ImageEncoder, ImageEncoding } from './image/image-encoder.js';
export { ResNet, ResNetConfig, resNetForms } from './image/resnet.js';
export { UNet } from './image/unet.js';
export { Vit, VitConfig, vitForms } from './image/vit.js';
export { initialise } from './initialise.js';
export { Projection } from './projection.js';
export { loadPublished, publishedImageConfig, publishedTextConfig } from './published.js';
export { Bert, BertConfig } from './text/bert.js';
export { type EncodedText, learnTokenizer, TextTokenizer, type TokenBatch } from './text/tokenizer.js';
export { learnWordPieces } from './text/wordpiece.js';
export {
  type ImageFeatures,
  TrainedModel,
  type VisionLanguageModel,
  type WordFeatures,
} from './vision-language.js';
