import type { Command } from 'commander';
import { say, UsageError, watchProgress } from '../base/index.js';
import { importHospitalVerb } from './import-hospital.js';
import { addGroup, addOptions, addVerb, numberBetween, print, type Session } from './verb.js';

const IMPORT_NOTES =
  '\nWhat is missing or broken is left out and listed in skipped.jsonl. Copies of pictures, and patients in more than one' +
  '\nsplit, stay in and are listed in overlaps.jsonl. split-manifest.jsonl tells which picture is in which split, by hashes' +
  '\nalone: publish it, and others check their copy with synray verify. Stopped, the same command goes on where it was.';

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
  const { importDataset, importers, MOST_BAD, remarksOn } = await import('../data/index.js');
  for (const [name, importer] of importers.entries()) {
    const verb = addVerb(group, name, importer.summary, importer.examples)
      .argument('<source>', importer.source)
      .requiredOption('--out <folder>', 'folder of the data set to be');
    addOptions(verb, importer.options)
      .option(
        '--most-bad <percent>',
        `give up when more pictures than this are missing or broken (default: ${100 * MOST_BAD})`,
        numberBetween(0, 100),
      )
      .option('--skip-bad', 'never give up on missing and broken pictures, as long as one can be read')
      .option('--strict', 'give up at the first picture that is missing or broken')
      .addHelpText('after', IMPORT_NOTES)
      .action(async (source, options) => {
        const { out, skipBad, strict, mostBad } = options;
        refuseTwoLimits({ skipBad, strict, mostBad });
        const progress = watchProgress('reading', 'pictures');
        const found = await importer.open(source, options);
        const result = await importDataset(found, {
          ...{ out, skipBad, strict },
          mostBad: mostBad === undefined ? undefined : mostBad / 100,
          signal: session.signal,
          onProgress: progress.update,
        }).finally(progress.stop);
        for (const remark of remarksOn(result)) say(remark);
        const text = `${out}: ${result.samples} samples of ${result.patients} patients`;
        print(session, options, { json: result, text });
      });
  }
  importOpeniVerb(group, session);
  importHospitalVerb(group, session);
}

function refuseTwoLimits(limits: Readonly<Record<string, unknown>>): void {
  if (Object.values(limits).filter(value => value !== undefined).length < 2) return;
  throw new UsageError({
    fault: '--skip-bad, --strict and --most-bad exclude each other',
    mend: 'give one of them',
  });
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
