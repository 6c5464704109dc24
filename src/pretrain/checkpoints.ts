import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { InputError, makeFolder, messageOf, parseAs, say, UsageError } from '../base/index.js';
import { readSafetensors, type Tensor, writeSafetensors } from '../tensor/index.js';

/** What a checkpoint says of itself besides its tensors. */
export const CheckpointHead = z.strictObject({
  format: z.literal('synray-checkpoint-1'),
  /** Steps that were done. */
  step: z.int().nonnegative(),
  /** Recipe and data of the run: no other may go on from here. */
  recipe: z.string(),
  data: z.string(),
  /** Seconds spent on the steps so far, over all parts of the run. */
  seconds: z.number().nonnegative(),
  loss: z.number(),
});
export type CheckpointHead = z.infer<typeof CheckpointHead>;

/** Everything that a run needs to go on: see {@link CheckpointHead} and the tensors by name. */
export interface Checkpoint {
  readonly head: CheckpointHead;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

const NAME = /^step-(\d{9})\.safetensors$/;

/**
 * The checkpoints of a run: one safetensors file each, which appears in one step. Random state and data position
 * are not in it because both follow from seed and step.
 */
export class Checkpoints {
  constructor(
    readonly folder: string,
    /** How many stay. */
    readonly keep: number,
  ) {}

  async save({ head, tensors }: Checkpoint): Promise<void> {
    await makeFolder(this.folder);
    const name = `step-${String(head.step).padStart(9, '0')}.safetensors`;
    await writeSafetensors(join(this.folder, name), tensors, { synray: JSON.stringify(head) });
    for (const old of (await this.#names()).slice(this.keep))
      await rm(join(this.folder, old), { force: true });
  }

  /**
   * The newest checkpoint that can be read, or undefined where there is none. Broken ones are named and passed
   * over.
   * @throws UsageError when it belongs to another recipe or other data.
   */
  async latest(recipe: string, data: string): Promise<Checkpoint | undefined> {
    for (const name of await this.#names()) {
      const file = join(this.folder, name);
      let checkpoint: Checkpoint;
      try {
        const { tensors, metadata } = await readSafetensors(file);
        checkpoint = { head: parseAs(CheckpointHead, JSON.parse(metadata.synray ?? '{}'), file), tensors };
      } catch (error) {
        say(`passing over a broken checkpoint: ${messageOf(error)}`);
        continue;
      }
      const { head } = checkpoint;
      if (head.recipe === recipe && head.data === data) return checkpoint;
      throw new UsageError({
        file,
        fault: `the run was begun with ${head.recipe === recipe ? 'other data' : 'another recipe'}`,
        mend: 'go on with the same, or choose another --out',
      });
    }
    return undefined;
  }

  /** Newest first. */
  async #names(): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names
      .filter(name => NAME.test(name))
      .sort()
      .reverse();
  }
}

/** The tensors whose names begin with `prefix.`, without it. */
export function withPrefix(tensors: ReadonlyMap<string, Tensor>, prefix: string): Map<string, Tensor> {
  const start = `${prefix}.`;
  return new Map(
    [...tensors].flatMap(([name, value]) =>
      name.startsWith(start) ? [[name.slice(start.length), value]] : [],
    ),
  );
}

/** @throws InputError unless the checkpoint holds a tensor of this name. */
export function required(tensors: ReadonlyMap<string, Tensor>, name: string, file: string): Tensor {
  const found = tensors.get(name);
  if (found !== undefined) return found;
  throw new InputError({
    file,
    fault: `it has no ${name}`,
    mend: 'delete this checkpoint and go on from another',
  });
}
