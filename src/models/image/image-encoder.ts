import type { Module, Tensor } from '../../tensor/index.js';

/** A picture as a network sees it. */
export interface ImageEncoding {
  /** N × features: one vector for the whole picture. */
  readonly pooled: Tensor;
  /** N × localFeatures × h × w: one vector a place. */
  readonly map: Tensor;
}

/** What every network for pictures offers. */
export interface ImageEncoder extends Module {
  /** Channels of the pooled features. */
  readonly features: number;
  /** Channels of the map. */
  readonly localFeatures: number;
  /** h and w of the map of pictures of this size. */
  cells(size: number): [number, number];
  /** @param x - N × 1 × H × W, normalised. With `channels: 3` in its form the grey channel is repeated. */
  forward(x: Tensor): ImageEncoding;
}

/** A picture with as many channels as the network was made for. */
export function asSeen(x: Tensor, channels: number): Tensor {
  return channels === 3 && x.shape[1] === 1 ? x.expand([-1, 3, -1, -1]) : x;
}
