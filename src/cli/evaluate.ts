import type { Command } from 'commander';
import { watch } from './progress.js';
import { addGroup, addVerb, numberBetween, print, type Session, wholeNumber } from './verb.js';

/** `synray evaluate zero-shot` */
export function evaluateVerb(program: Command, session: Session): void {
  const group = addGroup(program, 'evaluate', 'measure a model on a data set, with intervals');
  addVerb(group, 'zero-shot', 'tell findings by sentences alone, without having seen a label', [
    'evaluate zero-shot --model runs/qs/model --data runs/nih',
    'evaluate zero-shot --model runs/qs/model --data runs/nih --scoring global+local --out nih.json --json',
  ])
    .requiredOption('--model <folder>', 'folder of a model or of a training run')
    .requiredOption('--data <dataset>', 'folder of a data set')
    .option('--split <name>', 'split to score (default: test where there is one, else all)')
    .option('--prompts <set>', 'nih-14, chexpert-14, chexpert-5, or a YAML file (default: nih-14)')
    .option('--vocabulary <name>', 'simple or ensemble (default: ensemble)')
    .option('--scoring <name>', 'global, local, local-max or global+local (default: global)')
    .option('--temperature <t>', 'temperature of the softmax (default: 0.1)', numberBetween(1e-6, 1e3))
    .option('--seed <n>', 'seed of the bootstrap (default: 0)', wholeNumber(0))
    .option('--rounds <n>', 'bootstrap rounds (default: 1000)', wholeNumber(1))
    .option('--out <file>', 'write the result as JSON, and the scores beside it as Parquet')
    .action(async options => {
      const { evaluateZeroShot, formatZeroShotTable } = await import('../evaluate/index.js');
      const progress = watch('scoring', 'pictures');
      const result = await evaluateZeroShot({
        ...options,
        signal: session.signal,
        onProgress: progress.update,
      }).finally(progress.stop);
      print(session, options, { json: result, text: formatZeroShotTable(result) });
    });
}
