import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { XMLParser } from 'fast-xml-parser';
import { Parser as TarParser } from 'tar';
import { z } from 'zod';
import { InputError, messageOf, parseAs, replaceFile } from '../../base/index.js';

/** A report of the Indiana University collection with the codes that people gave it. */
export const OpeniReport = z.object({
  /** The collection's own, for example `CXR3029`. */
  id: z.string().min(1),
  findings: z.string(),
  impression: z.string(),
  /** MeSH and RadLex codes with their qualifiers, for example `Cardiomegaly/mild`; `normal` for normal ones. */
  mesh: z.array(z.string()),
});
export type OpeniReport = z.infer<typeof OpeniReport>;

/** A real report file has some 5 kB; more than this is none. */
const LARGEST_FILE = 1 << 20;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  // Entities are not expanded: a small file cannot unfold into a huge one. The five of XML are read below.
  processEntities: false,
  isArray: name => name === 'AbstractText' || name === 'major',
});

const Section = z.union([
  z.string(),
  z.object({ '@Label': z.string().optional(), '#text': z.string().optional() }),
]);
const Citation = z.object({
  eCitation: z.object({
    uId: z.object({ '@id': z.string().min(1) }),
    MedlineCitation: z.object({
      Article: z.object({
        Abstract: z
          .union([z.object({ AbstractText: z.array(Section).default([]) }), z.literal('')])
          .optional(),
      }),
    }),
    MeSH: z.union([z.object({ major: z.array(z.string()).default([]) }), z.literal('')]).optional(),
  }),
});

/**
 * Reads one report file of Open-i (https://openi.nlm.nih.gov, "Indiana University hospital network").
 * @param source - The file's name, for messages.
 * @throws InputError when it is no such report.
 */
export function parseOpeni(xml: string, source: string): OpeniReport {
  if (xml.includes('<!ENTITY')) {
    throw new InputError({
      file: source,
      fault: 'the XML defines entities',
      mend: 'use the collection as published',
    });
  }
  let value: unknown;
  try {
    value = parser.parse(xml, true);
  } catch (error) {
    throw new InputError({
      file: source,
      fault: `no well-formed XML: ${messageOf(error)}`,
      mend: 'fetch the file again, or remove it',
      cause: error,
    });
  }
  const { eCitation } = parseAs(Citation, value, source);
  const { Abstract } = eCitation.MedlineCitation.Article;
  const sections = Abstract === undefined || Abstract === '' ? [] : Abstract.AbstractText;
  const { MeSH } = eCitation;
  return {
    id: eCitation.uId['@id'],
    findings: sectionText(sections, 'FINDINGS'),
    impression: sectionText(sections, 'IMPRESSION'),
    mesh: (MeSH === undefined || MeSH === '' ? [] : MeSH.major).map(code => plainText(code)),
  };
}

function sectionText(sections: readonly z.infer<typeof Section>[], label: string): string {
  const texts = sections.map(section =>
    typeof section !== 'string' && section['@Label']?.toUpperCase() === label
      ? plainText(section['#text'] ?? '')
      : '',
  );
  return texts.filter(text => text !== '').join(' ');
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function plainText(text: string): string {
  return text
    .replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => NAMED[name]!)
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * The reports of a folder of XML files (with sub-folders, in the order of their names) or of a `.tgz` or
 * `.tar` archive (in its order). Streams: one archive block at a time is in memory; nothing is unpacked to disk.
 * @throws InputError naming the first file that is no report, or a source without any.
 */
export async function* importOpeni(source: string): AsyncGenerator<OpeniReport> {
  const kind = await stat(source).catch(() => undefined);
  if (kind === undefined) {
    throw new InputError({ file: source, fault: 'there is no such file or folder', mend: 'check the path' });
  }
  const ids = new Set<string>();
  for await (const { name, xml } of kind.isDirectory() ? filesOfFolder(source) : filesOfArchive(source)) {
    const report = parseOpeni(xml, name);
    if (ids.has(report.id)) {
      throw new InputError({ file: name, fault: `a second report ${report.id}`, mend: 'remove one of them' });
    }
    ids.add(report.id);
    yield report;
  }
  if (ids.size === 0) {
    throw new InputError({
      file: source,
      fault: 'there are no XML reports in it',
      mend: 'give the NLMCXR_reports.tgz of Open-i, or the folder it unpacks to',
    });
  }
}

interface XmlFile {
  name: string;
  xml: string;
}

async function* filesOfFolder(folder: string): AsyncGenerator<XmlFile> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const names = entries
    .filter(entry => entry.isFile() && extname(entry.name).toLowerCase() === '.xml')
    .map(entry => join(entry.parentPath, entry.name))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  for (const name of names) {
    checkSize(name, (await stat(name)).size);
    yield { name, xml: await readFile(name, 'utf8') };
  }
}

async function* filesOfArchive(archive: string): AsyncGenerator<XmlFile> {
  const ready: XmlFile[] = [];
  let fault: unknown;
  const fail = (error: unknown) => {
    fault ??= error;
  };
  const unpack = new TarParser({
    strict: true,
    filter: path => extname(path).toLowerCase() === '.xml',
    onReadEntry: entry => {
      const name = `${archive}:${entry.path}`;
      try {
        checkSize(name, entry.size);
      } catch (error) {
        fail(error);
        entry.resume();
        return;
      }
      const chunks: Buffer[] = [];
      entry.on('data', (chunk: Buffer) => chunks.push(chunk));
      entry.on('end', () => ready.push({ name, xml: Buffer.concat(chunks).toString('utf8') }));
    },
  });
  unpack.on('error', fail);
  const ended = new Promise<void>(resolve => {
    unpack.on('end', resolve);
    unpack.on('error', () => resolve());
  });
  try {
    for await (const block of createReadStream(archive)) {
      unpack.write(block as Buffer);
      if (fault !== undefined) throw fault;
      yield* ready.splice(0);
    }
    unpack.end();
    await ended;
    if (fault !== undefined) throw fault;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError({
      file: archive,
      fault: `no whole tar archive: ${messageOf(error)}`,
      mend: 'fetch the archive again',
      cause: error,
    });
  }
  yield* ready.splice(0);
}

function checkSize(name: string, size: number): void {
  if (size <= LARGEST_FILE) return;
  throw new InputError({
    file: name,
    fault: `${size} bytes are too many for one report`,
    mend: 'use the collection as published',
  });
}

export interface OpeniImport {
  /** How many reports were written. */
  readonly reports: number;
  /** How many have a FINDINGS or an IMPRESSION section. */
  readonly withText: number;
  readonly out: string;
}

/**
 * Writes the reports of Open-i as JSON Lines, one `{id, findings, impression, mesh}` a line. The images of
 * the collection are not part of the report archive. `out` appears when all is done.
 * @throws InputError see {@link importOpeni}
 */
export async function importOpeniToFile(
  source: string,
  out: string,
  options: { onProgress?: (done: number) => void; signal?: AbortSignal } = {},
): Promise<OpeniImport> {
  const { onProgress, signal } = options;
  let reports = 0;
  let withText = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const report of importOpeni(source)) {
      signal?.throwIfAborted();
      if (report.findings !== '' || report.impression !== '') withText++;
      yield `${JSON.stringify(report)}\n`;
      reports++;
      onProgress?.(reports);
    }
  }
  await replaceFile(out, temporary => pipeline(Readable.from(lines()), createWriteStream(temporary)));
  return { reports, withText, out };
}
