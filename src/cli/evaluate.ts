import type { Command } from 'commander';
import { watchProgress } from '../base/index.js';
import { addGroup, addVerb, numberBetween, print, type Session, wholeNumber } from './verb.js';

/** `synray evaluate zero-shot|grounding|retrieval` */
export function evaluateVerb(program: Command, session: Session): void {
  const group = addGroup(program, 'evaluate', 'measure a model on a data set, with intervals');
  addPromptOptions(
    addTask(group, session, 'zero-shot', 'tell findings by sentences alone, without having seen a label', [
      'evaluate zero-shot --model runs/qs/pretrain --data runs/nih',
      'evaluate zero-shot --model runs/qs/pretrain --data runs/nih --scoring global+local --out nih.json --json',
    ]),
  )
    .option('--scoring <name>', 'global, local, local-max or global+local (default: by the model)')
    .option('--temperature <t>', 'temperature of the softmax (default: 0.1)', numberBetween(1e-6, 1e3))
    .option('--scores <file>', 'write the score of every picture as Parquet (default: beside --out)');
  addPromptOptions(
    addTask(
      group,
      session,
      'grounding',
      'find where a sentence is true in the picture, against masks and boxes',
      ['evaluate grounding --model runs/qs/pretrain --data runs/qs/dataset'],
    ),
  );
  addTask(group, session, 'retrieval', 'find the report of a picture among others, and the other way round', [
    'evaluate retrieval --model runs/qs/pretrain --data runs/qs/dataset --gallery 200',
  ])
    .option('--section <name>', 'findings or impression (default: findings)')
    .option('--gallery <n>', 'most pairs to find among (default: 1000)', wholeNumber(2));
}

function addTask(
  group: Command,
  session: Session,
  name: string,
  summary: string,
  examples: readonly string[],
): Command {
  return addVerb(group, name, summary, examples)
    .requiredOption('--model <folder>', 'folder of a model or of a training run')
    .requiredOption('--data <dataset>', 'folder of a data set')
    .option('--split <name>', 'split to score (default: test where there is one, else all)')
    .option('--seed <n>', 'seed of the bootstrap (default: 0)', wholeNumber(0))
    .option('--rounds <n>', 'bootstrap rounds (default: 1000)', wholeNumber(1))
    .option('--out <file>', 'write the result as JSON, and scores beside it as Parquet')
    .action(async options => {
      const { tasks } = await import('../evaluate/index.js');
      const task = tasks.get(name);
      const progress = watchProgress('reading', 'pictures');
      const result = await task
        .evaluate({ ...options, signal: session.signal, onProgress: progress.update })
        .finally(progress.stop);
      print(session, options, { json: result, text: task.format(result) });
    });
}

function addPromptOptions(verb: Command): Command {
  return verb
    .option('--prompts <set>', 'nih-14, chexpert-14, chexpert-5, or a YAML file (default: nih-14)')
    .option('--vocabulary <name>', 'simple or ensemble (default: ensemble)');
}
