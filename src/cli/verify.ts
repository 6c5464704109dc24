import type { Command } from 'commander';
import { watchProgress } from '../base/index.js';
import { addVerb, print, type Session } from './verb.js';

/** `synray verify` */
export function verifyVerb(program: Command, session: Session): void {
  addVerb(
    program,
    'verify',
    'check that a data set has the pictures and splits that a split manifest lists',
    [
      'verify runs/nih published-split-manifest.jsonl',
      'verify runs/nih runs/nih-elsewhere/split-manifest.jsonl --decode --json',
    ],
  )
    .argument('<dataset>', 'folder of a data set')
    .argument('<manifest>', 'split-manifest.jsonl of that or another data set')
    .option('--decode', 'hash every picture anew, instead of trusting the hashes that the data set keeps')
    .addHelpText(
      'after',
      '\nPictures are known by the SHA-256 of their bytes or of their decoded pixels, so that a data set matches also when it' +
        '\nwas imported elsewhere or from another layout of the same source. Exit code 1 when anything differs.',
    )
    .action(async (dataset, manifest, options) => {
      const { linesOn, verifySplits } = await import('../data/index.js');
      const progress = watchProgress('verifying', 'samples');
      const result = await verifySplits(dataset, manifest, {
        decode: options.decode,
        onProgress: progress.update,
      }).finally(progress.stop);
      const text = linesOn(result, { dataset, manifest }).join('\n');
      print(session, options, { json: result, text, exitCode: result.same ? 0 : 1 });
    });
}
