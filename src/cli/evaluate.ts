import type { Command } from 'commander';
import { watchProgress } from '../base/index.js';
import { addGroup, addOptions, addVerb, print, type Session, wholeNumber } from './verb.js';

/** `synray evaluate zero-shot|grounding|retrieval …`: one verb for each task of the registry, and `table`. */
export async function evaluateVerb(
  program: Command,
  session: Session,
  words: readonly string[],
): Promise<void> {
  const group = addGroup(program, 'evaluate', 'measure a model on a data set, with intervals');
  // The tasks are loaded only when one is asked for, so that other verbs start fast.
  if (words[0] !== 'evaluate') return;
  const { tasks } = await import('../evaluate/index.js');
  for (const [name, task] of tasks.entries()) {
    const { help = {} } = task;
    const verb = addVerb(group, name, task.summary, task.examples);
    if (task.needsModel) verb.requiredOption('--model <folder>', 'folder of a model or of a training run');
    verb
      .requiredOption('--data <dataset>', 'folder of a data set')
      .option('--split <name>', help.split ?? 'split to score (default: test where there is one, else all)')
      .option('--seed <n>', 'seed of the bootstrap and of every draw (default: 0)', wholeNumber(0))
      .option('--rounds <n>', 'bootstrap rounds (default: 1000)', wholeNumber(1))
      .option('--out <file>', help.out ?? 'write the result as JSON, and scores beside it as Parquet');
    addOptions(verb, task.options).action(async options => {
      const progress = watchProgress('reading', 'pictures');
      const result = await task
        .evaluate({ ...options, signal: session.signal, onProgress: progress.update })
        .finally(progress.stop);
      print(session, options, { json: result, text: task.format(result) });
    });
  }
  addTableVerb(group, session);
}

/** `synray evaluate table FILE…`: any table again, from its score file alone. */
function addTableVerb(group: Command, session: Session): void {
  addVerb(group, 'table', 'make tables again from score files, without the model', [
    'evaluate table nih.scores.parquet',
    'evaluate table runs/a/nih.json runs/b/nih.json --rounds 5000 --json',
  ])
    .argument('<scores...>', 'score files, results with scores beside them, or folders with one')
    .option('--seed <n>', 'seed of the bootstrap and of every draw (default: 0)', wholeNumber(0))
    .option('--rounds <n>', 'bootstrap rounds (default: 1000)', wholeNumber(1))
    .action(async (scores: string[], options) => {
      const { findScoreFiles, formatAnyTable, readAnyScores, resultOfAny } = await import(
        '../evaluate/index.js'
      );
      const { seed = 0, rounds = 1000 } = options;
      const results: { file: string; result: object }[] = [];
      const texts: string[] = [];
      for (const given of scores) {
        const [file] = await findScoreFiles([given]);
        const of = resultOfAny(await readAnyScores(file!), { seed, rounds });
        results.push({ file: file!, result: of.result });
        texts.push(formatAnyTable(of));
      }
      print(session, options, { json: { results }, text: texts.join('\n\n') });
    });
}
