import { InputError } from '../../base/index.js';
import { decodeText, reject, sourceFiles } from '../../data/index.js';
import type { CorpusOptions, CorpusReader } from './reader.js';
import { type CorpusReport, reportOfText } from './report.js';

/** `files/p10/p10000032/s50414267.txt`: a study of MIMIC-CXR, in the folders that it comes in. */
export const MIMIC_PATH = /(?:^|\/)p\d+\/(?:[^/]+\/)?s\d+\.txt$/i;
const TEXT_PATH = /\.txt$/i;
/** Files that come with collections and are no reports. */
const NO_REPORT = /(?:^|\/)(?:readme|licen[cs]e|changelog|changes|records|sha256sums|md5sums)[^/]*\.txt$/i;

/** The report files of MIMIC-CXR: `mimic-cxr-reports.zip`, or what it unpacks to. The id is the study: `s50414267`. */
export const mimicCxr: CorpusReader = {
  summary: 'MIMIC-CXR report files: files/p10/p10000032/s50414267.txt … (folder, .zip, .tar.gz)',
  read: (source, options) =>
    readTexts(
      source,
      options,
      path => /(?:^|\/)s\d+\.txt$/i.test(path),
      path => stem(path).replace(/^.*\//, ''),
    ),
};

/** One report a text file. The id is the path inside the source without `.txt`. */
export const textFiles: CorpusReader = {
  summary: 'text files, one report each (folder, .txt, .zip, .tar.gz)',
  read: (source, options) =>
    readTexts(source, options, path => TEXT_PATH.test(path) && !NO_REPORT.test(path), stem),
};

function stem(path: string): string {
  return path.replace(TEXT_PATH, '').replace(/^\.\//, '');
}

async function* readTexts(
  source: string,
  options: CorpusOptions,
  wanted: (path: string) => boolean,
  idOf: (path: string) => string,
): AsyncGenerator<CorpusReport> {
  for await (const { name, path, bytes } of sourceFiles(source, { ...options, wanted })) {
    let report: CorpusReport;
    try {
      const text = decodeText(bytes, name);
      if (text.trim() === '') {
        throw new InputError({
          file: name,
          fault: 'the file is empty',
          mend: 'fetch it again, or remove it',
        });
      }
      report = reportOfText(idOf(path), text);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      reject(error, options);
      continue;
    }
    yield report;
  }
}
