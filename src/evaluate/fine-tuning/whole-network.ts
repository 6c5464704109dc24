import { Random } from '../../base/index.js';
import { normalisePictures, type ResNet, type Vit } from '../../models/index.js';
import { drawVariation, varyPictures } from '../../pretrain/data/augmentation.js';
import { AugmentationSettings } from '../../pretrain/recipe.js';
import { F, Linear, Module, manualSeed, noGrad, scope, type Tensor, tensor } from '../../tensor/index.js';
import { UNKNOWN } from '../scores/index.js';
import { Batches } from './batches.js';
import type { LabelledPictures } from './labelled.js';
import { labelsOf } from './linear-probe.js';
import type { LinearClassifiers } from './logistic-regression.js';
import type { PictureEncoder } from './picture-encoder.js';
import { inPrecision, train } from './train.js';
import { holdOut, type Trial } from './trials.js';

/** How the whole network is trained. */
export interface WholeNetworkSettings {
  /** Learning rate of the encoder. */
  readonly rate: number;
  /** Learning rate of the new last layer. */
  readonly headRate: number;
  readonly weightDecay: number;
  /** Most passes over the training pictures. */
  readonly epochs: number;
  readonly batch: number;
  /** Validations, of twenty at most, without a better one after which training ends. */
  readonly patience: number;
  readonly device: string;
}

/** Few pictures are shown again and again: this many steps at least. */
const LEAST_STEPS = 100;
const VALIDATIONS = 20;
const AUGMENTATION = AugmentationSettings.parse({});

/** An encoder with a linear layer on its pooled features: one output a class. */
export class Classifier extends Module {
  readonly head: Linear;

  constructor(
    readonly encoder: ResNet | Vit,
    classes: number,
  ) {
    super();
    this.head = new Linear(encoder.features, classes);
  }

  /** @returns N × classes, log-odds. */
  forward(x: Tensor): Tensor {
    return this.head.forward(this.encoder.forward(x).pooled);
  }
}

/** Steps that a trial may take. */
export function stepsOf(pictures: number, { epochs, batch }: WholeNetworkSettings): number {
  return Math.max(LEAST_STEPS, Math.ceil((pictures * epochs) / batch));
}

/**
 * Fine-tunes the whole network with binary cross entropy over known labels; stops early by that loss on validation
 * patients (those of the data set's own split, else a sixth of the training patients).
 * @param head - What the last layer begins with: a linear probe of the same trial (Kumar et al., ICLR 2022: a fresh layer
 * first spoils what the encoder has learnt). Undefined for fresh weights.
 * @returns test × classes: log-odds.
 */
export async function fineTuneWhole(
  encoder: PictureEncoder,
  data: LabelledPictures,
  classes: number,
  trial: Trial,
  seed: number,
  settings: WholeNetworkSettings,
  head: LinearClassifiers | undefined,
  hooks: { readonly onStep?: (step: number) => void; readonly signal?: AbortSignal | undefined } = {},
): Promise<Float64Array> {
  const { device, batch } = settings;
  const { size } = encoder;
  const held = trial.validation === undefined ? holdOut(trial.train, data.samples, seed) : undefined;
  const rows = held?.train ?? trial.train;
  const validation = trial.validation ?? held?.validation ?? [];
  const backbone = encoder.make();
  manualSeed(Random.of(seed, 'head', trial.share, trial.fold).bits());
  const network = new Classifier(backbone, classes).to({ device });
  if (head !== undefined) setHead(network.head, head);
  const batches = new Batches(rows, batch, seed);
  const table = { labels: data.labels, classes };
  const lossOf = (logits: Tensor, places: readonly number[]) => {
    const labels = labelsOf(table, places);
    const shape = [places.length, classes];
    const weight = tensor(
      Float32Array.from(labels, label => Number(label !== UNKNOWN)),
      { shape },
    ).to({ device });
    const truth = tensor(
      Float32Array.from(labels, label => Number(label === 1)),
      { shape },
    ).to({ device });
    const sum = F.binaryCrossEntropyWithLogits(logits, truth, { weight, reduction: 'sum' });
    return sum.div(weight.sum().clamp(1));
  };
  const pictures = (places: readonly number[]) =>
    tensor(data.pictures.read(places), { shape: [places.length, size, size] }).to({ device });
  const logitsOf = (places: readonly number[]) => {
    const result = new Float64Array(places.length * classes);
    for (let start = 0; start < places.length; start += 64) {
      const part = places.slice(start, start + 64);
      const logits = scope(() =>
        noGrad(() =>
          inPrecision(device, () => network.forward(normalisePictures(pictures(part))))
            .to({ dtype: 'f32', device: 'cpu' })
            .toFloat32(),
        ),
      );
      result.set(logits, start * classes);
    }
    return result;
  };
  try {
    await train(
      {
        module: network,
        groups: [
          { params: network.head.parameters(), rate: settings.headRate },
          { params: backbone.parameters(), rate: settings.rate },
        ],
        loss: step => {
          const places = batches.of(step);
          const random = Random.of(seed, 'fine-tune', trial.share, trial.fold, step);
          const variations = places.map(() => drawVariation(AUGMENTATION, random));
          const input = varyPictures(pictures(places), variations);
          return lossOf(inPrecision(device, () => network.forward(input)).to({ dtype: 'f32' }), places);
        },
        validate:
          validation.length === 0
            ? undefined
            : () =>
                scope(() => {
                  const logits = tensor(Float32Array.from(logitsOf(validation)), {
                    shape: [validation.length, classes],
                  });
                  return lossOf(logits.to({ device }), validation).item();
                }),
        ...(hooks.onStep && { onStep: hooks.onStep }),
        signal: hooks.signal,
      },
      {
        steps: stepsOf(rows.length, settings),
        every: Math.max(1, Math.ceil(stepsOf(rows.length, settings) / VALIDATIONS)),
        patience: settings.patience,
        weightDecay: settings.weightDecay,
      },
    );
    return logitsOf(trial.test);
  } finally {
    network.dispose();
  }
}

function setHead(head: Linear, { weights, classes, features }: LinearClassifiers): void {
  const rows = tensor(Float32Array.from(weights), { shape: [classes, features + 1] });
  noGrad(() => {
    head.weight.copy_(rows.slice(1, 0, features));
    head.bias?.copy_(rows.select(1, features));
  });
  rows.dispose();
}
