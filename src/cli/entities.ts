import type { Command } from 'commander';
import { addGroup, addVerb, print, type Session } from './verb.js';

/** `synray entities extract|tag` */
export function entitiesVerb(program: Command, session: Session): void {
  const group = addGroup(
    program,
    'entities',
    'what reports speak of: findings, diseases, anatomy, and what is denied',
  );
  addVerb(group, 'extract', 'count the entities of reports and write a bank', [
    'entities extract runs/openi.jsonl --out runs/bank.json',
  ])
    .argument('<reports>', 'JSON Lines with findings and impression')
    .requiredOption('--out <file>', 'bank to write, for `synray plan --bank`')
    .action(async (reports, options) => {
      const { extractFile, formatExtraction } = await import('../entities/index.js');
      const result = await extractFile(reports, options.out, { signal: session.signal });
      print(session, options, { json: result, text: formatExtraction(result) });
    });
  addVerb(group, 'tag', 'read the entities of reports, with polarity, side, site and severity', [
    'entities tag runs/openi.jsonl --out runs/tagged.jsonl',
  ])
    .argument('<reports>', 'JSON Lines with findings and impression')
    .requiredOption('--out <file>', 'JSON Lines to write: the reports with their mentions')
    .action(async (reports, options) => {
      const { tagFile } = await import('../entities/index.js');
      const result = await tagFile(reports, options.out, { signal: session.signal });
      print(session, options, {
        json: result,
        text: `${options.out}: ${result.mentions} mentions in ${result.reports} reports`,
      });
    });
}
