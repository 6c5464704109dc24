import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import { InputError, messageOf, parseAs, replaceFile } from '../../base/index.js';
import { decodeText, type ReadOptions, reject, sourceFiles } from '../sources/index.js';

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

/** Whether a path inside a source is that of an XML file. */
function isXml(path: string): boolean {
  return /\.xml$/i.test(path);
}

/**
 * The reports of a folder of XML files (with sub-folders, in the order of their names) or of a `.tgz`, `.tar` or
 * `.zip` archive (in its order), as a stream.
 * @throws InputError naming the first file that is no report (unless `onBad` takes it), or a source without any.
 */
export async function* importOpeni(source: string, options: ReadOptions = {}): AsyncGenerator<OpeniReport> {
  const ids = new Set<string>();
  let files = 0;
  for await (const { name, bytes } of sourceFiles(source, { ...options, wanted: isXml })) {
    files++;
    try {
      const report = parseOpeni(decodeText(bytes, name), name);
      if (ids.has(report.id)) {
        throw new InputError({
          file: name,
          fault: `a second report ${report.id}`,
          mend: 'remove one of them',
        });
      }
      ids.add(report.id);
      yield report;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      reject(error, options);
    }
  }
  if (files === 0) {
    throw new InputError({
      file: source,
      fault: 'there are no XML reports in it',
      mend: 'give the NLMCXR_reports.tgz of Open-i, or the folder it unpacks to',
    });
  }
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
