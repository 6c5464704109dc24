import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { InputError, messageOf, type SynrayError, UsageError } from './errors.js';

/** What kind of error a value that does not fit its schema is. */
type ErrorClass = new (details: { file?: string; fault: string; mend: string }) => SynrayError;

/**
 * Checks a value from outside against its schema.
 * @param source - The file or place the value came from, for the message.
 * @throws InputError (or `ErrorClass`) that names the place in the value and what was expected there.
 */
export function parseAs<S extends z.ZodType>(
  schema: S,
  value: unknown,
  source: string,
  ErrorOf: ErrorClass = InputError,
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  // A misspelt key is also a missing one: the spelling is what helps.
  const { issues } = result.error;
  const issue = issues.find(each => each.code === 'unrecognized_keys') ?? issues[0]!;
  const place = issue.path.length > 0 ? `at ${issue.path.join('.')}: ` : '';
  if (issue.code === 'unrecognized_keys') {
    throw new ErrorOf({
      file: source,
      fault: `${place}unknown key ${issue.keys.map(key => `"${key}"`).join(', ')}`,
      mend: `remove it, or use one of: ${knownKeys(schema, issue.path).join(', ') || 'the keys in the documentation'}`,
    });
  }
  // Of a name that is none, what is wrong with it is said a level below.
  const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  throw new ErrorOf({
    file: source,
    fault: `${place}${message}`,
    mend: 'correct the value and run again',
  });
}

/**
 * Reads a JSON file, unchecked: give it to {@link parseAs}.
 * @param what - What the file is to hold, for the message: `bank`.
 * @param mend - What helps when it cannot be read.
 * @throws InputError naming the file.
 */
export async function readJson(path: string, what: string, mend: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const fault = `no ${what} can be read: ${messageOf(error)}`;
    throw new InputError({ file: path, fault, mend, cause: error });
  }
}

/** Reads a YAML (or JSON) file that a person wrote, a recipe or a prompt file, against its schema. */
export async function readYaml<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError({ file: path, fault: messageOf(error), mend: 'check the path', cause: error });
  }
  // Aliases are bounded by the library's default, so that a small file cannot unfold into a huge one.
  const document = parseDocument(text, { prettyErrors: true });
  const fault = document.errors[0];
  if (fault !== undefined) {
    throw new UsageError({ file: path, fault: fault.message, mend: 'mend the YAML at that line' });
  }
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    throw new UsageError({
      file: path,
      fault: messageOf(error),
      mend: 'write it without aliases',
      cause: error,
    });
  }
  return parseAs(schema, value, path, UsageError);
}

/** The keys that the object at `path` of the schema may have. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let node: unknown = schema;
  for (const step of path) {
    const shape = shapeOf(node);
    node = shape !== undefined ? shape[String(step)] : (unwrap(node) as { element?: unknown }).element;
  }
  return Object.keys(shapeOf(node) ?? {});
}

function shapeOf(node: unknown): Record<string, unknown> | undefined {
  return (unwrap(node) as { shape?: Record<string, unknown> }).shape;
}

/** Takes off what optional(), default() and the like wrapped around a schema. */
function unwrap(node: unknown): object {
  let current = (node ?? {}) as { def?: { innerType?: unknown; in?: unknown } };
  while (current.def?.innerType !== undefined || current.def?.in !== undefined) {
    current = (current.def.innerType ?? current.def.in) as typeof current;
  }
  return current;
}
