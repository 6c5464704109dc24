/** What went wrong, where, and what mends it. Every error a user may meet is of this class. */
export class SynrayError extends Error {
  override readonly name: string = 'SynrayError';
  /** The file (or URL) at fault, if one is. */
  readonly file: string | undefined;
  /** One sentence: what is wrong. */
  readonly fault: string;
  /** One sentence: what the reader can do about it. */
  readonly mend: string;
  /** Process exit code when the error reaches the command line: 1 failed, 2 wrong usage. */
  readonly exitCode: 1 | 2 = 1;

  constructor(details: { file?: string | undefined; fault: string; mend: string; cause?: unknown }) {
    const where = details.file === undefined ? '' : `${details.file}: `;
    super(`${where}${oneLine(details.fault)} (${oneLine(details.mend)})`, { cause: details.cause });
    this.file = details.file;
    this.fault = oneLine(details.fault);
    this.mend = oneLine(details.mend);
  }
}

/** The command, recipe or settings are wrong: nothing was started. Exit code 2. */
export class UsageError extends SynrayError {
  override readonly name = 'UsageError';
  override readonly exitCode = 2;
}

/** A file or record from outside is not what it claims to be. */
export class InputError extends SynrayError {
  override readonly name = 'InputError';
}

/** Something of the machine is missing: a library, a build, a device. */
export class SetupError extends SynrayError {
  override readonly name = 'SetupError';
}

/** The message of anything thrown, on one line. */
export function messageOf(error: unknown): string {
  return oneLine(error instanceof Error ? error.message : String(error));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
