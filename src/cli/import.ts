import type { Command } from 'commander';
import { watchProgress } from '../base/index.js';
import type { ImportResult } from '../data/index.js';
import { addGroup, addVerb, listOf, print, type Session } from './verb.js';

/** `synray import table|nih-cxr14|openi …` */
export function importVerb(program: Command, session: Session): void {
  const group = addGroup(
    program,
    'import',
    'bring data in: tables of pictures, NIH ChestX-ray14, Open-i reports',
  );
  importTableVerb(group, session);
  importNihVerb(group, session);
  importOpeniVerb(group, session);
}

function importTableVerb(group: Command, session: Session): void {
  const column = (role: string) => [`--${role}-column <name>`, `column of the ${role}`] as const;
  const verb = addVerb(group, 'table', 'a CSV, TSV, JSON Lines or Parquet table that names picture files', [
    'import table index.csv --images pictures --out runs/mine',
    "import table index.csv --images images --image-column file --labels-column finding_labels --labels-separator '|' --patient-column patient_id --out runs/nih",
    'import table chexpert.csv --images . --label-columns Cardiomegaly,Edema --split test --out runs/chexpert',
  ])
    .argument('<table>', 'the table')
    .requiredOption('--out <folder>', 'folder of the data set to be')
    .option('--images <folder>', "folder that the table's paths start from (default: the table's own)");
  for (const role of ROLES) verb.option(...column(role));
  verb
    .option('--label-columns <names>', 'columns of one label each, set where 1, true or yes', listOf)
    .option('--labels-separator <text>', 'what stands between labels (default: "|")')
    .option('--split <name>', 'split of rows whose table does not say it (default: "train")')
    .option('--skip-bad', 'leave out rows whose picture is missing or broken, and list them')
    .action(async (table, options) => {
      const { importTable } = await import('../data/index.js');
      const { out, images, labelColumns, labelsSeparator, split, skipBad } = options;
      const columns = Object.fromEntries(
        ROLES.flatMap(role => {
          const name: unknown = options[`${role}Column`];
          return typeof name === 'string' ? [[role, name]] : [];
        }),
      );
      const progress = watchProgress('reading', 'pictures');
      const result = await importTable({
        table,
        out,
        images,
        columns,
        labelColumns,
        labelsSeparator,
        split,
        skipBad,
        onProgress: progress.update,
        signal: session.signal,
      }).finally(progress.stop);
      print(session, options, { json: result, text: summaryOf(result) });
    });
}

/** What a column may stand for; each is an option `--<role>-column`. */
const ROLES = [
  'image',
  'labels',
  'patient',
  'view',
  'sex',
  'age',
  'report',
  'findings',
  'impression',
  'split',
  'id',
  'boxes',
] as const;

function importNihVerb(group: Command, session: Session): void {
  addVerb(group, 'nih-cxr14', 'NIH ChestX-ray14 in its original folders: labels, boxes, official split', [
    'import nih-cxr14 /data/ChestXray-NIHCC --out runs/nih',
    'import nih-cxr14 /data/ChestXray-NIHCC --partial --out runs/nih',
  ])
    .argument('<folder>', 'the folder with Data_Entry_2017*.csv and images_001/ … or images/')
    .requiredOption('--out <folder>', 'folder of the data set to be')
    .option('--partial', 'take the pictures that are there, of a part of the download')
    .option('--skip-bad', 'leave out broken pictures, and list them')
    .action(async (folder, options) => {
      const { out, partial, skipBad } = options;
      const { importNihCxr14 } = await import('../data/index.js');
      const progress = watchProgress('reading', 'pictures');
      const { signal } = session;
      const result = await importNihCxr14({
        folder,
        out,
        partial,
        skipBad,
        signal,
        onProgress: progress.update,
      }).finally(progress.stop);
      print(session, options, { json: result, text: summaryOf(result) });
    });
}

function summaryOf({ out, samples, patients, skipped }: ImportResult): string {
  const left = skipped.length === 0 ? '' : `, ${skipped.length} left out (${out}/skipped.jsonl)`;
  return `${out}: ${samples} samples of ${patients} patients${left}`;
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
