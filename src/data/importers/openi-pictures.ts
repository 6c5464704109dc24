import { join } from 'node:path';
import { InputError, sha256 } from '../../base/index.js';
import { decodeText, sourceFiles } from '../sources/index.js';
import { viewOf } from './fields.js';
import type { Importer } from './importer.js';
import { chosenViews, type LayoutOptions, partialOption, viewOptions } from './layout-options.js';
import { picturesBelow } from './layout-pictures.js';
import { isFile, type LayoutRow, layoutSource } from './layout-source.js';
import { cellsOf, hashesOf } from './layout-tables.js';
import { type OpeniReport, parseOpeni } from './openi.js';
import { type SplitOptions, splitOptions, splitSettings, splitter, splitWords } from './split-by-patient.js';
import { TableFile } from './table-file.js';

export interface OpeniPicturesOptions extends LayoutOptions, SplitOptions {
  /** `NLMCXR_reports.tgz`, or the folder it unpacks to; looked for beside the pictures by default. */
  readonly reports?: string;
  /**
   * A table of the views, which the collection does not tell: `indiana_projections.csv` (uid, filename, projection) or one
   * with `imageid` and `tsne-view`. Without it pictures of all views are taken.
   */
  readonly projections?: string;
}

/**
 * Open-i, the chest X-rays of Indiana University (Demner-Fushman et al., JAMIA 2016; https://openi.nlm.nih.gov/faq):
 *
 * - `CXR1_1_IM-0001-3001.png` …, as `NLMCXR_png.tgz` unpacks, in the folder or folders inside of it.
 * - The reports, XML, whose `parentImage` names the pictures; labels are the MeSH headings that people gave.
 *
 * There is no official split: all are `train`, unless they are divided. Each report is of another patient.
 */
export const openiPictures: Importer<OpeniPicturesOptions> = {
  name: 'openi-pictures',
  summary: 'Open-i (Indiana University) with its pictures: reports, MeSH headings as labels',
  source: 'the folder with the PNG files of NLMCXR_png.tgz',
  options: [
    { flags: '--reports <path>', help: 'NLMCXR_reports.tgz or its folder (default: beside the pictures)' },
    { flags: '--projections <table>', help: 'views of the pictures: indiana_projections.csv' },
    ...viewOptions,
    ...splitOptions,
    partialOption,
  ],
  examples: [
    'import openi-pictures /data/NLMCXR_png --reports /data/NLMCXR_reports.tgz --out runs/openi',
    'import openi-pictures /data/openi --projections indiana_projections.csv --one-per-study --out runs/openi-frontal',
  ],
  async open(folder, options) {
    const views = options.projections === undefined ? undefined : await TableFile.open(options.projections);
    const known = views === undefined ? undefined : await viewsOf(views);
    // Views that nobody knows cannot be chosen among; a wrong name is told all the same.
    chosenViews(options.views);
    const { reports, hash } = await reportsOf(await reportsAt(folder, options.reports));
    const pictures = await picturesBelow(folder, 2);
    const splitAt = splitter(
      reports.map(report => report.id),
      options,
    );
    return layoutSource({
      format: 'openi-pictures',
      folder,
      options: known === undefined ? { ...options, views: ['all'] } : options,
      settings: { reports: hash, tables: await hashesOf([views]), ...splitSettings(options) },
      describe: (taken, listed) =>
        `Open-i (Indiana University), ${taken} of ${listed} pictures of the wanted views, with reports and MeSH headings; ${splitWords(options)}.`,
      async *rows() {
        for (const report of reports) yield* rowsOf(report, { folder, pictures, views: known, splitAt });
      },
    });
  },
};

interface PictureReport extends OpeniReport {
  /** `CXR1_1_IM-0001-3001` … */
  readonly pictures: readonly string[];
}

type KnownView = Pick<LayoutRow, 'view' | 'plane'>;

interface Reading {
  readonly folder: string;
  /** By name without the ending. */
  readonly pictures: ReadonlyMap<string, string>;
  readonly views: ReadonlyMap<string, KnownView> | undefined;
  readonly splitAt: (patient: string) => string;
}

function* rowsOf(report: PictureReport, { folder, pictures, views, splitAt }: Reading): Generator<LayoutRow> {
  // `No Indexing` stays a label: nobody coded such a report, and whoever scores by headings leaves it out.
  const headings = report.mesh.map(code => code.split('/')[0]!.trim()).filter(heading => heading !== '');
  const labels = [...new Set(headings)];
  for (const id of report.pictures) {
    yield {
      id,
      split: splitAt(report.id),
      // The DICOM files of the collection lack the report's number before the rest.
      file: pictures.get(id) ?? pictures.get(id.replace(/^CXR\d+_/, '')) ?? join(folder, `${id}.png`),
      findings: report.findings,
      impression: report.impression,
      labels,
      patient: report.id,
      study: report.id,
      ...(views?.get(id) ?? { view: null }),
      sex: null,
      age: null,
      boxes: [],
      source: 'openi',
    };
  }
}

async function reportsAt(folder: string, given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  for (const place of [folder, join(folder, '..')]) {
    const archive = join(place, 'NLMCXR_reports.tgz');
    if (await isFile(archive)) return archive;
  }
  return folder;
}

/** The reports that name pictures. A few hundred of the collection name none. */
async function reportsOf(source: string): Promise<{ reports: PictureReport[]; hash: string }> {
  const reports: PictureReport[] = [];
  let files = 0;
  for await (const { name, bytes } of sourceFiles(source, { wanted: path => /\.xml$/i.test(path) })) {
    files++;
    const xml = decodeText(bytes, name);
    const report = parseOpeni(xml, name);
    // The report has just been parsed as well-formed XML: what follows finds an attribute in it.
    const pictures = [...xml.matchAll(/<parentImage\s[^>]*?\bid\s*=\s*"([\w.-]+)"/g)].map(([, id]) => id!);
    if (pictures.length > 0) reports.push({ ...report, pictures: [...new Set(pictures)] });
  }
  if (reports.length === 0) {
    throw new InputError({
      file: source,
      fault: files === 0 ? 'there are no XML reports in it' : 'none of its reports names a picture',
      mend: 'give --reports NLMCXR_reports.tgz, or the folder it unpacks to',
    });
  }
  reports.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { reports, hash: sha256(JSON.stringify(reports)) };
}

/** `Frontal` says the plane only; `PA`, `AP`, `L` and `Lateral` say the view. */
async function viewsOf(table: TableFile): Promise<Map<string, KnownView>> {
  const kaggle = table.find(['projection']) !== undefined;
  const views = new Map<string, KnownView>();
  const add = (id: string, name: string) => {
    views.set(id, /^frontal$/i.test(name) ? { view: null, plane: 'frontal' } : { view: viewOf(name) });
  };
  if (kaggle) {
    const columns = { uid: 'uid', file: 'filename', view: 'projection' };
    // `1`, `1_IM-0001-4001.dcm.png`
    for await (const { uid, file, view } of cellsOf(table, columns)) {
      add(`CXR${uid}_${file.replace(/(\.dcm)?\.(png|jpe?g)$/i, '')}`, view);
    }
  } else {
    for await (const { id, view } of cellsOf(table, { id: 'imageid', view: 'tsne-view' })) add(id, view);
  }
  return views;
}
