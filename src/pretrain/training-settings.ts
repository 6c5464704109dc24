import { z } from 'zod';

const share = z.number().min(0).max(1);

/** The `pretrain.training` part of a recipe: how weights are changed, for how long, and what is kept. */
export const TrainingSettings = z
  .strictObject({
    split: z.string().default('train').describe('Which split of the data sets to train on.'),
    steps: z.int().min(1).max(100_000_000).describe('Updates of the weights.'),
    batch: z.int().min(2).max(65_536).default(64).describe('Pairs of a step: what the loss compares.'),
    accumulate: z
      .int()
      .min(1)
      .max(65_536)
      .default(1)
      .describe(
        'Parts in which the batch goes through the encoders, so that memory holds one part at a time. The loss ' +
          'and its gradients stay those of the whole batch (batch norm sees a part); costs one more forward pass.',
      ),
    learningRate: z.number().positive().max(10).default(1e-3).describe('The greatest learning rate.'),
    weightDecay: z
      .number()
      .min(0)
      .max(10)
      .default(0.05)
      .describe('Of weights of products; biases, norms and learnt scales do not decay.'),
    schedule: z
      .enum(['cosine', 'plateau', 'constant'])
      .default('cosine')
      .describe(
        'How the learning rate goes on after the warm-up: down half a cosine to the floor at the last step; lower ' +
          'by a factor whenever the validation loss stops falling; or the same.',
      ),
    plateau: z
      .strictObject({
        factor: z.number().gt(0).lt(1).default(0.5).describe('By which the learning rate is lowered.'),
        patience: z.int().min(0).default(5).describe('Validations without a better one that are borne.'),
      })
      .prefault({})
      .describe('Of the plateau schedule.'),
    warmup: z.int().min(0).default(50).describe('Steps of rising learning rate.'),
    floor: share.default(0.01).describe('The least learning rate, as a share of the greatest.'),
    clip: z.number().min(0).default(1).describe('Greatest norm of all gradients together; 0 for no limit.'),
    average: z
      .number()
      .min(0)
      .max(0.99999)
      .default(0)
      .describe('Decay of the averaged weights that the model gets in the end; 0 for the last weights.'),
    validation: z
      .strictObject({
        split: z.string().default('validation').describe('Of the same data sets.'),
        every: z.int().min(1).default(100).describe('Steps between validations.'),
        batches: z.int().min(1).max(100_000).default(16).describe('Most batches that are looked at.'),
        patience: z
          .int()
          .min(0)
          .default(0)
          .describe('Validations without a better one after which training ends; 0 for never.'),
      })
      .optional()
      .describe(
        'Measures the loss on a split that is not trained on, always on the same pairs and without augmentation. ' +
          'The checkpoint with the least is kept, and becomes the model.',
      ),
    seed: z.int().nonnegative().default(0).describe('Of every random choice.'),
    device: z
      .string()
      .regex(/^(cpu|cuda(:\d{1,2})?)$/, 'expected cpu, cuda, or a GPU by number such as cuda:1')
      .default('cpu')
      .describe(
        'Where the encoders run: cpu, cuda, or a GPU by number. Of several processes each takes its own GPU.',
      ),
    precision: z
      .enum(['f32', 'bf16', 'auto'])
      .default('f32')
      .describe('bf16: autocast. auto: bf16 where the device multiplies it in hardware, else f32.'),
    channelsLast: z
      .union([z.literal('auto'), z.boolean()])
      .default('auto')
      .describe(
        'Keep the channels of a pixel together in memory. auto: on CUDA, where convolutions want it.',
      ),
    synchroniseBatchNorm: z
      .boolean()
      .default(false)
      .describe(
        'Of several processes: take the statistics of batch norm over all of them. Slower, and exact.',
      ),
    threads: z
      .int()
      .min(1)
      .max(1024)
      .optional()
      .describe('Processors an operator may use; all there are, unless said. Others round otherwise.'),
    checkpointEvery: z.int().min(1).default(250).describe('Steps between checkpoints.'),
    keep: z.int().min(1).max(1000).default(2).describe('How many checkpoints stay, besides the best.'),
  })
  .refine(({ schedule, validation }) => schedule !== 'plateau' || validation !== undefined, {
    path: ['schedule'],
    message: 'plateau watches the validation loss: set validation as well',
  })
  .refine(({ accumulate, batch }) => accumulate <= batch, {
    path: ['accumulate'],
    message: 'there are more parts than pairs in a batch',
  });
export type TrainingSettings = z.infer<typeof TrainingSettings>;
