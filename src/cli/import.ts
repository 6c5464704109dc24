import type { Command } from 'commander';
import { watchProgress } from '../base/index.js';
import { addGroup, addOptions, addVerb, print, type Session } from './verb.js';

/** `synray import table|nih-cxr14|openi …`: one verb for each importer of the registry. */
export async function importVerb(
  program: Command,
  session: Session,
  words: readonly string[],
): Promise<void> {
  const group = addGroup(
    program,
    'import',
    'bring data in: public sets in their own folders, tables, reports',
  );
  // The importers are loaded only when one is asked for, so that other verbs start fast.
  if (words[0] !== 'import') return;
  const { importDataset, importers } = await import('../data/index.js');
  for (const [name, importer] of importers.entries()) {
    const verb = addVerb(group, name, importer.summary, importer.examples)
      .argument('<source>', importer.source)
      .requiredOption('--out <folder>', 'folder of the data set to be');
    addOptions(verb, importer.options)
      .option('--skip-bad', 'leave out pictures that are missing or broken, and list them')
      .action(async (source, options) => {
        const progress = watchProgress('reading', 'pictures');
        const { out, skipBad } = options;
        const found = await importer.open(source, options);
        const result = await importDataset(found, {
          out,
          skipBad,
          signal: session.signal,
          onProgress: progress.update,
        }).finally(progress.stop);
        const { samples, patients, skipped } = result;
        const left = skipped.length === 0 ? '' : `, ${skipped.length} left out (${out}/skipped.jsonl)`;
        const text = `${out}: ${samples} samples of ${patients} patients${left}`;
        print(session, options, { json: result, text });
      });
  }
  importOpeniVerb(group, session);
}

function importOpeniVerb(group: Command, session: Session): void {
  addVerb(group, 'openi', 'the radiology reports of Open-i (Indiana University), as JSON Lines', [
    'import openi NLMCXR_reports.tgz --out runs/openi.jsonl',
  ])
    .argument('<source>', 'the .tgz of XML reports, or a folder of them')
    .requiredOption('--out <file>', 'file of reports to write: id, findings, impression, mesh')
    .action(async (source, options) => {
      const { importOpeniToFile } = await import('../data/index.js');
      const result = await importOpeniToFile(source, options.out, { signal: session.signal });
      print(session, options, { json: result, text: `${options.out}: ${result.reports} reports` });
    });
}
