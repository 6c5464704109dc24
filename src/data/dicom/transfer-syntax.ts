import { DicomFault } from './fault.js';

/** How compressed pixels are to be decoded. `jpeg` is every kind of JPEG before JPEG-LS; its frame header says which. */
export type Codec = 'rle' | 'jpeg' | 'jpeg-ls' | 'jpeg-2000';

/** How a file's pixels are stored. */
export interface TransferSyntax {
  readonly codec: Codec | null;
  readonly bigEndian: boolean;
}

const native: TransferSyntax = { codec: null, bigEndian: false };

// DICOM PS3.5, sections 10 and A.
const syntaxes: ReadonlyMap<string, TransferSyntax> = new Map([
  ['1.2.840.10008.1.2', native],
  ['1.2.840.10008.1.2.1', native],
  ['1.2.840.10008.1.2.1.99', native],
  ['1.2.840.10008.1.2.2', { codec: null, bigEndian: true }],
  ['1.2.840.10008.1.2.5', { codec: 'rle', bigEndian: false }],
  ...['50', '51', '57', '70'].map(
    last => [`1.2.840.10008.1.2.4.${last}`, { codec: 'jpeg', bigEndian: false }] as const,
  ),
  ...['80', '81'].map(
    last => [`1.2.840.10008.1.2.4.${last}`, { codec: 'jpeg-ls', bigEndian: false }] as const,
  ),
  ...['90', '91'].map(
    last => [`1.2.840.10008.1.2.4.${last}`, { codec: 'jpeg-2000', bigEndian: false }] as const,
  ),
]);

/** @throws DicomFault for a transfer syntax that is not read here. Its identifier is not quoted: it could be anything. */
export function transferSyntaxOf(uid: string): TransferSyntax {
  const syntax = syntaxes.get(uid);
  if (syntax === undefined) {
    throw new DicomFault(
      'its transfer syntax is none of those that are read (uncompressed, deflated, RLE, JPEG, JPEG-LS, JPEG 2000)',
      'convert the file, for example with dcmconv or gdcmconv, or leave it out',
    );
  }
  return syntax;
}
