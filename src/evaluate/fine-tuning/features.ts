import { normalisePictures } from '../../models/index.js';
import { noGrad, scope, tensor } from '../../tensor/index.js';
import type { PictureEncoder } from './picture-encoder.js';
import type { PictureStore } from './picture-store.js';

/** Pictures that go through the network at once. */
const BATCH = 64;

/**
 * The pooled features of pictures, before any projection.
 * @returns pictures × features.
 */
export async function featuresOf(
  encoder: PictureEncoder,
  pictures: PictureStore,
  {
    device,
    onPictures,
    signal,
  }: {
    readonly device: string;
    readonly onPictures?: (count: number) => void;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<{ features: Float32Array; width: number }> {
  const network = encoder.make().to({ device }).eval();
  const width = network.features;
  const features = new Float32Array(pictures.count * width);
  const { size } = encoder;
  try {
    for (let start = 0; start < pictures.count; start += BATCH) {
      signal?.throwIfAborted();
      const count = Math.min(BATCH, pictures.count - start);
      const places = Array.from({ length: count }, (_, place) => start + place);
      const part = scope(() =>
        noGrad(() => {
          const grey = tensor(pictures.read(places), { shape: [count, size, size] }).to({ device });
          return network.forward(normalisePictures(grey)).pooled.to({ device: 'cpu' }).toFloat32();
        }),
      );
      features.set(part, start * width);
      onPictures?.(count);
      await nextTurn();
    }
    return { features, width };
  } finally {
    network.dispose();
  }
}

function nextTurn(): Promise<void> {
  return new Promise(resolve => {
    setImmediate(resolve);
  });
}
