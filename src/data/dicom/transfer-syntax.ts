import { DicomFault } from './fault.js';

/** How compressed pixels are to be decoded. `jpeg` is every kind of JPEG before JPEG-LS; its frame header says which. */
export type Codec = 'rle' | 'jpeg' | 'jpeg-ls' | 'jpeg-2000';

/** How a file's pixels are stored. */
export interface TransferSyntax {
  readonly codec: Codec | null;
  readonly bigEndian: boolean;
  /** Whether elements come without their VR. */
  readonly implicit: boolean;
  /** Whether all after the meta information is deflated. */
  readonly deflated: boolean;
}

const native: TransferSyntax = { codec: null, bigEndian: false, implicit: false, deflated: false };

// DICOM PS3.5, sections 10 and A.
const syntaxes: ReadonlyMap<string, TransferSyntax> = new Map([
  ['1.2.840.10008.1.2', { ...native, implicit: true }],
  ['1.2.840.10008.1.2.1', native],
  ['1.2.840.10008.1.2.1.99', { ...native, deflated: true }],
  ['1.2.840.10008.1.2.2', { ...native, bigEndian: true }],
  ['1.2.840.10008.1.2.5', { ...native, codec: 'rle' }],
  ...encapsulated('jpeg', ['50', '51', '57', '70']),
  ...encapsulated('jpeg-ls', ['80', '81']),
  ...encapsulated('jpeg-2000', ['90', '91']),
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

function encapsulated(codec: Codec, lasts: readonly string[]): [string, TransferSyntax][] {
  return lasts.map(last => [`1.2.840.10008.1.2.4.${last}`, { ...native, codec }]);
}
