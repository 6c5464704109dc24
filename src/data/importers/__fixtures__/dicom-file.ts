/** What a DICOM file made for a test says of its patient. */
export interface DicomWords {
  readonly view: string;
  readonly sex: string;
  readonly age: string;
  readonly burnedIn: string;
  readonly name: string;
}

/** A DICOM file of 12-bit grey, little-endian with explicit value representations (PS3.5, annex A.2; PS3.10, 7.1). */
export function dicomFile(values: Uint16Array, width: number, height: number, words: DicomWords): Uint8Array {
  const syntax = element(0x0002, 0x0010, 'UI', text('1.2.840.10008.1.2.1'));
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element(0x0002, 0x0000, 'UL', long(syntax.length)),
    syntax,
    element(0x0008, 0x0016, 'UI', text('1.2.840.10008.5.1.4.1.1.1.1')),
    element(0x0008, 0x0060, 'CS', text('DX')),
    element(0x0010, 0x0010, 'PN', text(words.name)),
    element(0x0010, 0x0040, 'CS', text(words.sex)),
    element(0x0010, 0x1010, 'AS', text(words.age)),
    element(0x0018, 0x5101, 'CS', text(words.view)),
    element(0x0028, 0x0002, 'US', short(1)),
    element(0x0028, 0x0004, 'CS', text('MONOCHROME2')),
    element(0x0028, 0x0010, 'US', short(height)),
    element(0x0028, 0x0011, 'US', short(width)),
    element(0x0028, 0x0100, 'US', short(16)),
    element(0x0028, 0x0101, 'US', short(12)),
    element(0x0028, 0x0102, 'US', short(11)),
    element(0x0028, 0x0103, 'US', short(0)),
    element(0x0028, 0x0301, 'CS', text(words.burnedIn)),
    element(0x7fe0, 0x0010, 'OW', Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
  ]);
}

function element(group: number, number: number, kind: string, value: Buffer): Buffer {
  const head = Buffer.alloc(kind === 'OW' ? 12 : 8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(number, 2);
  head.write(kind, 4);
  if (kind === 'OW') head.writeUInt32LE(value.length, 8);
  else head.writeUInt16LE(value.length, 6);
  return Buffer.concat([head, value]);
}

function text(value: string): Buffer {
  return Buffer.from(value.length % 2 === 0 ? value : `${value}${/^[\d.]+$/.test(value) ? '\0' : ' '}`);
}

function short(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function long(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
