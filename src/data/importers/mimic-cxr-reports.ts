import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, messageOf } from '../../base/index.js';
import type { ReportText } from '../records/index.js';
import { sectionsOf } from '../sections/index.js';
import { decodeText, isArchive, sourceFiles } from '../sources/index.js';

/** Findings and impression of each study of MIMIC-CXR. */
export interface MimicReports {
  /** Undefined where the study has no report in the source. */
  of(subject: string, study: string): Promise<ReportText | undefined>;
}

/**
 * The reports of `mimic-cxr-reports.zip` (read once, some 100 MB of text stay in memory), or of the folder that it
 * unpacks to (each read when it is asked for). Anonymous ids of patients stand in paths only, not in messages.
 *
 * @throws InputError when the source is missing or holds no report `…/p10/p10000032/s50414267.txt`.
 */
export async function mimicReports(source: string): Promise<MimicReports> {
  const found = await stat(source).catch(() => undefined);
  if (found === undefined) {
    throw new InputError({
      file: source,
      fault: 'there is no such file or folder',
      mend: 'give --reports mimic-cxr-reports.zip, or the folder it unpacks to',
    });
  }
  if (found.isDirectory()) return reportsOfFolder(source);
  if (isArchive(source)) return reportsOfArchive(source);
  throw none(source);
}

async function reportsOfArchive(archive: string): Promise<MimicReports> {
  const texts = new Map<string, ReportText>();
  for await (const { path, bytes } of sourceFiles(archive, { wanted: path => REPORT.test(path) })) {
    const { findings, impression } = sectionsOfFile(bytes, archive);
    texts.set(REPORT.exec(path)![1]!, { findings: copied(findings), impression: copied(impression) });
  }
  if (texts.size === 0) throw none(archive);
  return { of: async (_subject, study) => texts.get(study) };
}

/** A section of a text holds the whole text in memory, as V8 cuts strings; a copy does not. */
function copied(text: string): string {
  return Buffer.from(text).toString();
}

/** `s50414267` of the path of a report. */
const REPORT = /(?:^|\/)p\d+\/s(\d+)\.txt$/;

async function reportsOfFolder(folder: string): Promise<MimicReports> {
  const root = await rootOf(folder);
  if (root === undefined) throw none(folder);
  return {
    async of(subject, study) {
      const path = join(root, `p${subject.slice(0, 2)}`, `p${subject}`, `s${study}.txt`);
      const bytes = await readFile(path).catch((error: unknown) => {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw unreadable(folder, error);
      });
      return bytes === undefined ? undefined : sectionsOfFile(bytes, folder);
    },
  };
}

function sectionsOfFile(bytes: Uint8Array, source: string): ReportText {
  let text: string;
  try {
    text = decodeText(bytes, source);
  } catch (error) {
    throw unreadable(source, error);
  }
  return sectionsOf(text);
}

/** Without the report's path, which has the patient's number in it. */
function unreadable(source: string, error: unknown): InputError {
  const reason = error instanceof InputError ? error.fault : /\b[A-Z]{4,}\b/.exec(messageOf(error))?.[0];
  return new InputError({
    file: source,
    fault: `a report in it cannot be read: ${reason ?? 'for an unknown reason'}`,
    mend: 'check its rights, or fetch the reports again',
  });
}

/** The folder in which `p10` to `p19` are, with a report in the first patient's or the next ones' folder. */
async function rootOf(folder: string): Promise<string | undefined> {
  for (const below of [[], ['files'], ['mimic-cxr-reports', 'files'], ['mimic-cxr-reports']]) {
    const root = join(folder, ...below);
    for (const group of (await readdir(root).catch(() => [])).filter(name => /^p\d\d$/.test(name))) {
      for (const patient of (await readdir(join(root, group)).catch(() => [])).slice(0, 100)) {
        const names = await readdir(join(root, group, patient)).catch(() => []);
        if (names.some(name => /^s\d+\.txt$/.test(name))) return root;
      }
    }
  }
  return undefined;
}

function none(source: string): InputError {
  return new InputError({
    file: source,
    fault: 'there are no reports p10/p…/s….txt in it',
    mend: 'give --reports mimic-cxr-reports.zip of MIMIC-CXR, or the folder it unpacks to',
  });
}
