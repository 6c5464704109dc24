import { InputError, UsageError } from '../../base/index.js';
import { type CorpusReport, reportOfText } from './report.js';

/** What a column of a table, or a key of a JSON line, may hold. */
export const REPORT_ROLES = ['id', 'findings', 'impression', 'text'] as const;
export type ReportRole = (typeof REPORT_ROLES)[number];
export type ReportColumns = Readonly<Partial<Record<ReportRole, string>>>;

/** Names that tell a role, the best first, compared without case and punctuation. */
const NAMES: Readonly<Record<ReportRole, readonly string[]>> = {
  id: [
    'id',
    'report_id',
    'study_id',
    'study',
    'uid',
    'accession',
    'accession_number',
    'image_id',
    'dicom_id',
    'filename',
    'file',
    'path',
    'image',
    'key',
  ],
  findings: ['findings', 'finding', 'report_findings', 'findings_text', 'section_findings'],
  impression: [
    'impression',
    'impressions',
    'report_impression',
    'impression_text',
    'section_impression',
    'conclusion',
    'conclusions',
  ],
  text: [
    'text',
    'report',
    'report_text',
    'full_text',
    'full_report',
    'radiology_report',
    'note',
    'note_text',
    'body',
    'content',
    'caption',
    'original_report',
  ],
};

/**
 * Chooses the columns of a report among the names there are.
 * @param given - Choices of the user, by role.
 * @throws UsageError naming the columns, when a given one is not there; InputError when none holds text.
 */
export function chooseColumns(names: readonly string[], given: ReportColumns, source: string): ReportColumns {
  const byPlain = new Map(names.toReversed().map(name => [plain(name), name]));
  const chosen: Partial<Record<ReportRole, string>> = {};
  for (const role of REPORT_ROLES) {
    const wanted = given[role];
    const found =
      wanted === undefined
        ? NAMES[role].map(name => byPlain.get(name)).find(name => name !== undefined)
        : names.includes(wanted)
          ? wanted
          : byPlain.get(plain(wanted));
    if (wanted !== undefined && found === undefined) {
      throw new UsageError({
        file: source,
        fault: `there is no column "${wanted}"`,
        mend: `the columns are: ${listed(names)}`,
      });
    }
    if (found !== undefined) chosen[role] = found;
  }
  if (chosen.findings === undefined && chosen.impression === undefined && chosen.text === undefined) {
    throw new InputError({
      file: source,
      fault: 'no column is named as reports are',
      mend: `say it with --columns findings=…,impression=… or text=…; the columns are: ${listed(names)}`,
    });
  }
  return chosen;
}

/** A report from its cells: sections where one is filled, else the whole text split. */
export function reportOfCells(cells: {
  id: string;
  findings: string;
  impression: string;
  text: string;
}): CorpusReport {
  const { id, findings, impression, text } = cells;
  if (text !== '' && findings.trim() === '' && impression.trim() === '') return reportOfText(id, text);
  return { id, findings, impression };
}

/** `Patient ID` and `patient_id` are one. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 30).join(', ');
  return names.length > 30 ? `${shown} and ${names.length - 30} more` : shown;
}
