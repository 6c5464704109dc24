import { z } from 'zod';
import { sha256 } from '../../base/index.js';

/** A reply as it is stored. */
export const StoredReply = z.object({
  text: z.string(),
  finishReason: z.string(),
  promptTokens: z.int().min(0),
  completionTokens: z.int().min(0),
  estimated: z.boolean(),
});
export type StoredReply = z.infer<typeof StoredReply>;

// A line is {"check":"<16 digits>","hash":"<32 digits>","reply":{…}}: JSON, with check and hash at fixed places, so
// that a store is opened without parsing texts. The check covers the bytes after it.
const BEFORE_CHECK = '{"check":"';
const AFTER_CHECK = '",';
const CHECK_AT = BEFORE_CHECK.length;
const CHECK_LENGTH = 16;
const CHECKED_FROM = CHECK_AT + CHECK_LENGTH + AFTER_CHECK.length;
const HASH_AT = CHECKED_FROM + '"hash":"'.length;
const HASH_LENGTH = 32;
const Line = z.object({ hash: z.string(), reply: StoredReply });

/** The line of a reply, with its end of line. */
export function lineOf(hash: string, reply: StoredReply): Buffer {
  const checked = JSON.stringify({ hash, reply }).slice(1);
  return Buffer.from(`${frameOf(checked)}${checked}\n`);
}

/** The hash of the request that a line (without its end) answers; undefined for a line that is damaged. */
export function hashOfLine(line: Buffer): string | undefined {
  if (line.length < HASH_AT + HASH_LENGTH) return undefined;
  if (line.toString('latin1', 0, CHECKED_FROM) !== frameOf(line.subarray(CHECKED_FROM))) return undefined;
  return line.toString('latin1', HASH_AT, HASH_AT + HASH_LENGTH);
}

/** The reply in a line; undefined for a line that is damaged or of another request. */
export function replyOfLine(line: Buffer, hash: string): StoredReply | undefined {
  if (hashOfLine(line) !== hash) return undefined;
  try {
    return Line.parse(JSON.parse(line.toString('utf8'))).reply;
  } catch {
    return undefined;
  }
}

/** The beginning of a line, up to the bytes that it checks. */
function frameOf(checked: string | Buffer): string {
  return `${BEFORE_CHECK}${sha256(checked).slice(0, CHECK_LENGTH)}${AFTER_CHECK}`;
}
