// Runs in a thread of its own: assembles the batches that `batch-loader.ts` asks for.
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, SynrayError } from '../../base/index.js';
import { BatchAssembler, memoryOf } from './batch-assembler.js';
import type { BatchReply, BatchRequest, LoaderSetup } from './batch-loader.js';
import { PixelCache } from './cache-files.js';

const { sources, recipe } = workerData as LoaderSetup;
const assembler = new BatchAssembler(
  sources.map(({ folder, weight }) => ({ cache: new PixelCache(folder), weight })),
  recipe,
);

parentPort!.on('message', ({ number, step, part }: BatchRequest) => {
  let reply: BatchReply;
  try {
    reply = { number, batch: assembler.assemble(step, part) };
  } catch (error) {
    const { file, fault, mend } =
      error instanceof SynrayError
        ? error
        : { file: undefined, fault: messageOf(error), mend: 'this is a fault of synray: please report it' };
    reply = { number, failure: { file, fault, mend } };
  }
  const memory = 'batch' in reply ? memoryOf(reply.batch) : [];
  parentPort!.postMessage(
    reply,
    memory.filter(each => each instanceof ArrayBuffer),
  );
});
