import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { InputError, Random } from '../../base/index.js';
import { dicomIdentity, matchesUid, readDicom, saltedHash } from './index.js';
import { type TestElement, type TestFile, testPicture, writeDicom } from './testing/write-dicom.js';

const HEADERS = 500;
const SALT = 'a salt of more than sixteen characters';

/** Things that say who a patient is, in the forms that headers have them, unlike any other text. */
class Secrets {
  readonly all: string[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  name = () => this.#keep(`${this.#letters()}^${this.#letters()}`);
  id = () => this.#keep(`${this.#letters().toUpperCase().slice(0, 6)}${this.#random.integer(1e6)}`);
  date = () =>
    this.#keep(
      `${1900 + this.#random.integer(99)}${10 + this.#random.integer(3)}${10 + this.#random.integer(18)}`,
    );
  time = () =>
    this.#keep(`${100_000 + this.#random.integer(899_999)}.${100_000 + this.#random.integer(899_999)}`);
  uid = () => this.#keep(`1.2.826.0.1.${1e9 + this.#random.integer(1e9)}.${1e9 + this.#random.integer(1e9)}`);
  number = () => this.#keep(String(1e7 + this.#random.integer(9e7)));
  sentence = () => this.#keep(`seen by Dr ${this.#letters()} on ${this.#letters()}`);

  #letters(): string {
    const letters = Array.from({ length: 9 }, () => this.#random.pick([...'bcdfghjklmnpqrstvwxz']));
    return `Q${letters.join('')}`;
  }

  #keep(secret: string): string {
    this.all.push(secret);
    return secret;
  }
}

/** A secret that fits a VR. */
function secretOf(vr: string, secrets: Secrets): string {
  switch (vr) {
    case 'PN':
      return secrets.name();
    case 'DA':
      return secrets.date();
    case 'TM':
    case 'DT':
      return secrets.time();
    case 'UI':
      return secrets.uid();
    case 'IS':
    case 'DS':
      return secrets.number();
    case 'ST':
    case 'LT':
    case 'UT':
      return secrets.sentence();
    default:
      return secrets.id();
  }
}

/** Tags of every VR that holds text; those that facts are read from are among them. */
const STANDARD: readonly (readonly [number, string])[] = [
  ...([0x00100010, 0x00080090, 0x00081050, 0x00081070, 0x00101001, 0x00101005, 0x00102297] as const).map(
    tag => [tag, 'PN'] as const,
  ),
  ...([0x00080020, 0x00080021, 0x00080022, 0x00080023, 0x00100030] as const).map(tag => [tag, 'DA'] as const),
  ...([0x00080030, 0x00080031, 0x00100032] as const).map(tag => [tag, 'TM'] as const),
  [0x0008002a, 'DT'],
  ...([0x00080018, 0x0020000d, 0x0020000e, 0x00200052, 0x00080016] as const).map(tag => [tag, 'UI'] as const),
  ...([0x00080080, 0x00100020, 0x00101040, 0x00180015, 0x00180030, 0x00321032, 0x00104000] as const).map(
    tag => [tag, 'LO'] as const,
  ),
  ...([0x00080050, 0x00200010, 0x00081010, 0x00102160] as const).map(tag => [tag, 'SH'] as const),
  ...(
    [0x00080060, 0x00080068, 0x00100040, 0x00185101, 0x00280301, 0x20500020, 0x00281056, 0x00080008] as const
  ).map(tag => [tag, 'CS'] as const),
  [0x00101010, 'AS'],
  [0x00080054, 'AE'],
  ...([0x00200013, 0x00200011] as const).map(tag => [tag, 'IS'] as const),
  ...([0x00281050, 0x00281051, 0x00101030] as const).map(tag => [tag, 'DS'] as const),
  [0x00080081, 'ST'],
  [0x00204000, 'LT'],
  [0x0040a160, 'UT'],
  [0x00080119, 'UC'],
  [0x00080120, 'UR'],
  [0x00420011, 'OB'],
  [0x00420012, 'UN'],
];

function seeded(secrets: Secrets, random: Random): TestElement[] {
  const text = ([tag, vr]: readonly [number, string]): TestElement => {
    const value = secretOf(vr, secrets);
    return { tag, vr, value: vr === 'OB' || vr === 'UN' ? Buffer.from(value) : value };
  };
  const deep: TestElement = { tag: 0x0040a730, vr: 'SQ', open: true, value: [[text([0x0040a123, 'PN'])]] };
  return [
    ...STANDARD.filter(() => random.chance(0.8)).map(text),
    { tag: 0x00081140, vr: 'SQ', value: [[text([0x00081155, 'UI']), text([0x00100010, 'PN'])]] },
    { tag: 0x00400275, vr: 'SQ', open: true, value: [[text([0x00400007, 'LO']), deep]] },
    { tag: 0x00540220, vr: 'SQ', value: [[text([0x00080100, 'SH']), text([0x00080104, 'LO'])]] },
    // Private groups, with and without their creator.
    { tag: 0x00090010, vr: 'LO', value: secrets.id() },
    { tag: 0x00091001, vr: 'LO', value: secrets.name() },
    { tag: 0x00111002, vr: 'UN', value: Buffer.from(secrets.sentence()) },
    { tag: 0x00291003, vr: 'SQ', value: [[text([0x00100020, 'LO'])]] },
    // Curves and overlays.
    { tag: 0x50000022, vr: 'LO', value: secrets.name() },
    { tag: 0x50003000, vr: 'OW', value: Buffer.from(secrets.sentence()) },
    { tag: 0x60000022, vr: 'LO', value: secrets.name() },
    { tag: 0x60003000, vr: 'OW', value: Buffer.from(secrets.id()) },
    { tag: 0x60004000, vr: 'LT', value: secrets.sentence() },
    // After the pixels.
    { tag: 0xfffafffa, vr: 'SQ', value: [[text([0x00100010, 'PN'])]] },
    { tag: 0xfffcfffc, vr: 'OB', value: Buffer.from(secrets.name()) },
  ];
}

/** A file with secrets everywhere, whole or broken in a way that makes errors. */
function patientFile(number: number): { bytes: Uint8Array; secrets: Secrets; uid: string } {
  const random = Random.of('privacy', number);
  const secrets = new Secrets(random);
  const uid = secrets.uid();
  const preamble = Buffer.alloc(128);
  preamble.write(secrets.sentence(), 'latin1');
  // 1 to 7 are broken, the other half are whole.
  const broken = number % 14;
  let elements = [...seeded(secrets, random), ...testPicture(16, 12)].filter(({ tag }) => tag !== 0x00080018);
  elements.push({ tag: 0x00080018, vr: 'UI', value: uid });
  const replace = (tag: number, vr: string, value: TestElement['value']) => {
    elements = [...elements.filter(element => element.tag !== tag), { tag, vr, value }];
  };
  let transferSyntax = ['1.2.840.10008.1.2.1', '1.2.840.10008.1.2', '1.2.840.10008.1.2.1.99'][number % 3]!;
  if (broken === 1) transferSyntax = secrets.uid();
  if (broken === 2) replace(0x00280004, 'CS', secrets.name());
  if (broken === 3) replace(0x00280010, 'US', [9999]);
  if (broken === 4) replace(0x00280008, 'IS', secrets.number());
  if (broken === 5) {
    // A JPEG stream with a comment, in fragments.
    transferSyntax = `1.2.840.10008.1.2.4.${random.pick(['50', '57', '80', '90'])}`;
    const comment = secrets.sentence();
    const stream = Buffer.from(
      `\xff\xd8\xff\xfe\0${String.fromCharCode(comment.length + 2)}${comment}\xff\xd9`,
      'latin1',
    );
    replace(0x7fe00010, 'OB', stream);
  }
  const file: TestFile = {
    elements,
    transferSyntax,
    preamble,
    meta: [
      { tag: 0x00020003, vr: 'UI', value: secrets.uid() },
      { tag: 0x00020013, vr: 'SH', value: secrets.id() },
      { tag: 0x00020016, vr: 'AE', value: secrets.id() },
      { tag: 0x00020102, vr: 'OB', value: Buffer.from(secrets.name()) },
    ],
  };
  const bytes = writeDicom(file);
  if (broken === 6)
    return { bytes: bytes.subarray(0, 200 + random.integer(bytes.length - 200)), secrets, uid };
  if (broken === 7) bytes.fill(255, 400 + random.integer(200), 700);
  return { bytes, secrets, uid };
}

/** All that anyone could get to see of a value or an error: its texts, properties, stack, cause and buffers. */
function everythingIn(value: unknown): string {
  const seen = inspect(value, {
    depth: Infinity,
    showHidden: true,
    maxArrayLength: 0,
    maxStringLength: Infinity,
  });
  const pixels = (value as { pixels?: Uint8Array }).pixels;
  return pixels === undefined ? seen : `${seen}${Buffer.from(pixels.buffer).toString('latin1')}`;
}

const printed: string[] = [];
beforeEach(() => {
  printed.length = 0;
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation(chunk => {
      printed.push(String(chunk));
      return true;
    });
  }
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation((...words) => {
      printed.push(inspect(words, { depth: Infinity }));
    });
  }
});
afterEach(() => vi.restoreAllMocks());

it(`lets nothing of ${HEADERS} headers full of names, dates and ids out, by pictures, errors or logs`, async () => {
  const leaks: string[] = [];
  const outcomes = { read: 0, refused: 0, hidden: 0 };
  for (let number = 0; number < HEADERS; number++) {
    const { bytes, secrets, uid } = patientFile(number);
    const source = `file-${number}.dcm`;
    printed.length = 0;
    const results = await Promise.allSettled([
      readDicom(bytes, { source }),
      dicomIdentity(bytes, { source, salt: SALT }),
      matchesUid(bytes, uid, source),
    ]);
    const shown = results
      .map(result => everythingIn(result.status === 'fulfilled' ? result.value : result.reason))
      .concat(printed)
      .join('\n');
    // Parts of names as well: after ^, the first name.
    for (const secret of secrets.all.flatMap(text => [
      text,
      ...text.split(/[\^ ]/).filter(part => part.startsWith('Q')),
    ])) {
      outcomes.hidden++;
      if (shown.toLowerCase().includes(secret.toLowerCase())) leaks.push(`${source}: ${secret}`);
    }
    const [picture] = results;
    outcomes[picture.status === 'fulfilled' ? 'read' : 'refused']++;
    if (picture.status === 'rejected') expect(picture.reason).toBeInstanceOf(InputError);
    else expect(picture.value.pixels.buffer.byteLength).toBe(picture.value.pixels.byteLength);
  }
  expect(leaks).toEqual([]);
  expect(outcomes.read).toBeGreaterThan(HEADERS / 3);
  expect(outcomes.refused).toBeGreaterThan(HEADERS / 3);
  expect(outcomes.hidden).toBeGreaterThan(HEADERS * 50);
});

it('tells identifiers as salted hashes only, which join with a table and say nothing without the salt', async () => {
  const bytes = writeDicom({
    elements: [
      { tag: 0x00080018, vr: 'UI', value: '1.2.3.4' },
      { tag: 0x00100020, vr: 'LO', value: 'P-17' },
      ...testPicture(4, 4),
    ],
  });
  const identity = await dicomIdentity(bytes, { source: 'x', salt: SALT });
  expect(identity).toEqual({
    instance: saltedHash('1.2.3.4', SALT),
    study: null,
    patient: saltedHash('P-17', SALT),
  });
  const other = await dicomIdentity(bytes, { source: 'x', salt: `${SALT}!` });
  expect(other.patient).not.toBe(identity.patient);
  expect(await matchesUid(bytes, '1.2.3.4', 'x')).toBe(true);
  expect(await matchesUid(bytes, '1.2.3.40', 'x')).toBe(false);
  await expect(dicomIdentity(bytes, { source: 'x', salt: 'short' })).rejects.toThrow(/salt/);
});
