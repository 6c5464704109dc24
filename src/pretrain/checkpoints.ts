import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolder, messageOf, parseAs, say, UsageError } from '../base/index.js';
import { readSafetensors, type Tensor, writeSafetensors } from '../tensor/index.js';
import { explainFullDisk } from './disk.js';
import { beforeValidation, EarlyStoppingState } from './early-stopping.js';

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
  /** What validation has shown, and what it did to the learning rate. */
  validation: EarlyStoppingState.default(beforeValidation),
});
export type CheckpointHead = z.infer<typeof CheckpointHead>;

/** Everything that a run needs to go on: see {@link CheckpointHead} and the tensors by name. */
export interface Checkpoint {
  readonly head: CheckpointHead;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

const NAME = /^step-(\d{9})\.safetensors$/;

/** What a process that was killed in the middle of a save leaves behind (see `temporaryName` in base). */
const UNFINISHED = /^\.step-\d{9}\.safetensors\..*\.tmp$/;

const nameOf = (step: number) => `step-${String(step).padStart(9, '0')}.safetensors`;

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

  /**
   * Writes a checkpoint, then removes those that are too old, but never the one with the best validation.
   * @throws SynrayError when there is no room for it. Then those before it stay as they are.
   */
  async save({ head, tensors }: Checkpoint): Promise<void> {
    const file = join(this.folder, nameOf(head.step));
    await explainFullDisk(file, async () => {
      await makeFolder(this.folder);
      await writeSafetensors(file, tensors, { synray: JSON.stringify(head) });
    });
    const best = head.validation.bestStep;
    for (const old of (await this.#names()).slice(this.keep)) {
      if (best !== undefined && old === nameOf(best)) continue;
      await rm(join(this.folder, old), { force: true });
    }
  }

  /** Removes what saves that were cut off left behind. Only while no other process writes here. */
  async sweep(): Promise<void> {
    for (const name of await readdir(this.folder).catch(() => [])) {
      if (UNFINISHED.test(name)) await rm(join(this.folder, name), { force: true });
    }
  }

  /** @throws InputError when the checkpoint of this step is not there or cannot be read. */
  async at(step: number): Promise<Checkpoint> {
    return this.#read(nameOf(step));
  }

  /**
   * The newest checkpoint that can be read, or undefined where there is none. Broken ones are named and passed
   * over.
   * @throws UsageError when it belongs to another recipe or other data.
   */
  async latest(recipe: string, data: string): Promise<Checkpoint | undefined> {
    for (const name of await this.#names()) {
      let checkpoint: Checkpoint;
      try {
        checkpoint = await this.#read(name);
      } catch (error) {
        say(`passing over a broken checkpoint: ${messageOf(error)}`);
        continue;
      }
      const { head } = checkpoint;
      if (head.recipe === recipe && head.data === data) return checkpoint;
      throw new UsageError({
        file: join(this.folder, name),
        fault: `the run was begun with ${head.recipe === recipe ? 'other data' : 'another recipe'}`,
        mend: 'go on with the same, or choose another --out',
      });
    }
    return undefined;
  }

  async #read(name: string): Promise<Checkpoint> {
    const file = join(this.folder, name);
    const { tensors, metadata } = readSafetensors(file);
    return { head: parseAs(CheckpointHead, JSON.parse(metadata.synray ?? '{}'), file), tensors };
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
