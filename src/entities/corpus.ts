import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { InputError, messageOf, parseAs } from '../base/index.js';
import { importOpeni } from '../data/index.js';

/** A report with its id, from any corpus. */
export interface CorpusReport {
  readonly id: string;
  readonly findings: string;
  readonly impression: string;
}

const Line = z.union([
  z.object({ id: z.string().min(1), findings: z.string().default(''), impression: z.string() }),
  z.object({ id: z.string().min(1), findings: z.string() }),
  z.object({ id: z.string().min(1), text: z.string() }),
]);

/** More than any report: a line as long as this is no JSON Lines file. */
const LONGEST_LINE = 1 << 22;

/**
 * Reads reports as a stream: a `.jsonl` file (`{id, findings, impression}` or `{id, text}` a line, where the
 * text counts as findings), or the Open-i XML collection (a folder or a `.tgz`).
 * @throws InputError naming the file and line that do not fit.
 */
export async function* readCorpus(source: string): AsyncGenerator<CorpusReport> {
  const found = await stat(source).catch(() => undefined);
  if (found === undefined) {
    throw new InputError({ file: source, fault: 'there is no such file or folder', mend: 'check the path' });
  }
  if (found.isDirectory() || /\.(tgz|tar|tar\.gz)$/i.test(source)) yield* importOpeni(source);
  else yield* readJsonLines(source);
}

async function* readJsonLines(path: string): AsyncGenerator<CorpusReport> {
  let number = 0;
  for await (const line of createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    number++;
    if (line.trim() === '') continue;
    const place = `${path}:${number}`;
    yield reportOf(parseAs(Line, parseLine(line, place), place));
  }
  if (number === 0) {
    throw new InputError({
      file: path,
      fault: 'the file is empty',
      mend: 'give a file with one report a line',
    });
  }
}

function parseLine(line: string, place: string): unknown {
  try {
    if (line.length > LONGEST_LINE) throw new RangeError('the line is too long for a report');
    return JSON.parse(line);
  } catch (error) {
    throw new InputError({
      file: place,
      fault: `no JSON: ${messageOf(error)}`,
      mend: 'give JSON Lines: one {"id": …, "findings": …, "impression": …} a line',
      cause: error,
    });
  }
}

function reportOf(line: z.infer<typeof Line>): CorpusReport {
  if ('text' in line) return { id: line.id, findings: line.text, impression: '' };
  return { id: line.id, findings: line.findings, impression: 'impression' in line ? line.impression : '' };
}
