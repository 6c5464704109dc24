import { createHmac } from 'node:crypto';
import { UsageError } from '../../base/index.js';
import { namingFile, USUAL_LIMITS } from './fault.js';
import { openDicom } from './open.js';

/** Shortest salt, in characters. Identifiers are short: without a salt, or with a known one, all could be tried. */
const SHORTEST_SALT = 16;

/** The identifiers of a file as salted hashes, to join it with tables and to keep patients apart in splits. */
export interface DicomIdentity {
  /** Of SOPInstanceUID. */
  readonly instance: string | null;
  /** Of StudyInstanceUID. */
  readonly study: string | null;
  /** Of PatientID. */
  readonly patient: string | null;
}

export interface IdentityOptions {
  /** The file the bytes came from, for the error. */
  readonly source: string;
  /** A secret of the data set's own, of 16 characters or more. */
  readonly salt: string;
}

/**
 * The salted hash of an identifier: what {@link dicomIdentity} gives for the same text.
 * @returns 64 hexadecimal digits (HMAC-SHA-256).
 * @throws UsageError for a salt of fewer than 16 characters.
 */
export function saltedHash(identifier: string, salt: string): string {
  refuseShort(salt);
  return createHmac('sha256', salt).update(identifier.trim()).digest('hex');
}

/**
 * The salted hashes of a file's identifiers. The identifiers themselves never leave this function.
 * @throws InputError naming the source when the bytes are no DICOM file; UsageError for a salt of fewer than 16 characters.
 */
export async function dicomIdentity(
  bytes: Uint8Array,
  { source, salt }: IdentityOptions,
): Promise<DicomIdentity> {
  refuseShort(salt);
  return namingFile(source, () => {
    const { attributes } = openDicom(bytes, USUAL_LIMITS);
    const hashed = (text: string | undefined) => (text === undefined ? null : saltedHash(text, salt));
    return {
      instance: hashed(attributes.text('x00080018')),
      study: hashed(attributes.text('x0020000d')),
      patient: hashed(attributes.text('x00100020')),
    };
  });
}

/**
 * Whether a file's SOPInstanceUID is the one that a table gives.
 * @throws InputError naming the source when the bytes are no DICOM file.
 */
export async function matchesUid(bytes: Uint8Array, uid: string, source: string): Promise<boolean> {
  return namingFile(source, () => openDicom(bytes, USUAL_LIMITS).attributes.text('x00080018') === uid.trim());
}

function refuseShort(salt: string): void {
  if (salt.length >= SHORTEST_SALT) return;
  throw new UsageError({
    fault: `the salt of identifiers is shorter than ${SHORTEST_SALT} characters`,
    mend: 'take one from randomBytes(16), and keep it with the data set’s other secrets',
  });
}
