import { createReadStream } from 'node:fs';
import { appendFile, mkdir, rm, rmdir, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { type SynrayError, UsageError } from '../../base/index.js';
import { Verdict } from '../../data/index.js';

/** What was found out about one sample. */
export const JournalLine = z.object({
  id: z.string(),
  verdicts: z.array(Verdict),
  /** Perceptual hash as text; null when the picture cannot be decoded. */
  hash: z.string().nullable(),
  /** The picture is inverted and is to be made upright. */
  mend: z.boolean(),
});
export type JournalLine = z.infer<typeof JournalLine>;

const Head = z.object({ fingerprint: z.string() });

/**
 * Verdicts on disk as they come, a line of JSON a sample in the order of the data set, so that a run that was killed
 * goes on behind the last whole line. The first line names the settings that the verdicts belong to.
 */
export class Journal {
  private constructor(
    readonly path: string,
    /** Samples that it tells of. */
    public count: number,
  ) {}

  /**
   * Opens or begins a journal. A last line that is cut short is taken away.
   * @throws UsageError when it belongs to other settings.
   */
  static async open(path: string, fingerprint: string): Promise<Journal> {
    let whole = 0;
    let lines = 0;
    for await (const { text, end } of linesOf(path)) {
      if (lines === 0) {
        if (parsed(Head, text)?.fingerprint !== fingerprint) throw foreign(path);
      } else if (parsed(JournalLine, text) === undefined) break;
      lines++;
      whole = end;
    }
    if (lines === 0) {
      await mkdir(dirname(path), { recursive: true });
      await rm(path, { force: true });
      await appendFile(path, `${JSON.stringify({ fingerprint })}\n`);
      return new Journal(path, 0);
    }
    await truncate(path, whole);
    return new Journal(path, lines - 1);
  }

  async append(lines: readonly JournalLine[]): Promise<void> {
    await appendFile(this.path, lines.map(line => `${JSON.stringify(line)}\n`).join(''));
    this.count += lines.length;
  }

  /** All lines in their order. */
  async *lines(): AsyncGenerator<JournalLine> {
    let first = true;
    for await (const { text } of linesOf(this.path)) {
      const line = first ? undefined : parsed(JournalLine, text);
      if (line !== undefined) yield line;
      else if (!first) throw foreign(this.path);
      first = false;
    }
  }

  /** Removes the file, and its folder when nothing else (replies, vectors) is kept there. */
  async remove(): Promise<void> {
    await rm(this.path, { force: true });
    await rmdir(dirname(this.path)).catch(() => {});
  }
}

function foreign(path: string): SynrayError {
  return new UsageError({
    file: path,
    fault: 'verdicts of a run with other settings, or on another data set, are kept there',
    mend: 'give the settings of that run again to go on with it, choose another --out, or delete the file',
  });
}

function parsed<S extends z.ZodType>(schema: S, text: string): z.output<S> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The lines that end in a line feed, each with the place behind it in bytes. None where there is no file. */
async function* linesOf(path: string): AsyncGenerator<{ text: string; end: number }> {
  const stream = createReadStream(path);
  let end = 0;
  let rest: Buffer[] = [];
  try {
    for await (const chunk of stream) {
      const bytes = chunk as Buffer;
      let start = 0;
      for (let stop = bytes.indexOf(10); stop >= 0; stop = bytes.indexOf(10, start)) {
        const line = Buffer.concat([...rest, bytes.subarray(start, stop)]);
        rest = [];
        start = stop + 1;
        end += line.length + 1;
        yield { text: line.toString('utf8'), end };
      }
      rest.push(bytes.subarray(start));
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  } finally {
    stream.destroy();
  }
}
