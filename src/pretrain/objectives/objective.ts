import { Module, type Tensor } from '../../tensor/index.js';

/** A batch of pairs as the encoders see it: row i of the pictures and row i of the texts belong together. */
export interface EncodedPairs {
  readonly images: {
    /** N × D, not normalised. */
    readonly global: Tensor;
    /** N × D × h × w, not normalised. */
    readonly cells: Tensor;
  };
  readonly texts: {
    /** N × D, not normalised. */
    readonly global: Tensor;
    /** N × W × D: one vector a word, in the shared space, not normalised. Only GLoRIA looks at them. */
    readonly words: Tensor;
    /** N × W, f32: 1 where there is a word. */
    readonly mask: Tensor;
  };
  /**
   * N × N, f32: 1 in row i, column j where text j is right for picture i, else 0; the diagonal is 1. Left out
   * where only its own text is right for a picture.
   */
  readonly matches?: Tensor;
}

/** A loss and its named parts, all scalars that can be differentiated. */
export interface ObjectiveLoss {
  readonly total: Tensor;
  readonly parts: Readonly<Record<string, Tensor>>;
}

/** What pre-training makes smaller. May have parameters of its own (a learned temperature). */
export abstract class Objective extends Module {
  abstract readonly name: string;
  /** Whether it looks at the cells of pictures. */
  readonly readsCells: boolean = false;
  abstract forward(pairs: EncodedPairs): ObjectiveLoss;
}
