import type { Command } from 'commander';
import { watchProgress } from '../base/index.js';
import { addGroup, addOptions, addVerb, print, type Session, wholeNumber } from './verb.js';

/** `synray evaluate zero-shot|grounding|retrieval …`: one verb for each task of the registry. */
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
    const verb = addVerb(group, name, task.summary, task.examples);
    if (task.needsModel) verb.requiredOption('--model <folder>', 'folder of a model or of a training run');
    verb
      .requiredOption('--data <dataset>', 'folder of a data set')
      .option('--split <name>', 'split to score (default: test where there is one, else all)')
      .option('--seed <n>', 'seed of the bootstrap and of every draw (default: 0)', wholeNumber(0))
      .option('--rounds <n>', 'bootstrap rounds (default: 1000)', wholeNumber(1))
      .option('--out <file>', 'write the result as JSON, and scores beside it as Parquet');
    addOptions(verb, task.options).action(async options => {
      const progress = watchProgress('reading', 'pictures');
      const result = await task
        .evaluate({ ...options, signal: session.signal, onProgress: progress.update })
        .finally(progress.stop);
      print(session, options, { json: result, text: task.format(result) });
    });
  }
}
