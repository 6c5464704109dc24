import { isUtf8 } from 'node:buffer';
import { InputError } from '../../base/index.js';

const LATIN = new TextDecoder('windows-1252');

/**
 * The text of a file of unknown encoding: UTF-16 where a byte order mark says so, UTF-8 where the bytes are
 * that, else Windows-1252, of which Latin-1 is a part. A byte order mark is no part of the text.
 * @throws InputError when the bytes are no text.
 */
export function decodeText(bytes: Uint8Array, name: string): string {
  const whole = decode(bytes);
  // It ended text files on DOS.
  const text = whole.endsWith('\u001a') ? whole.slice(0, -1) : whole;
  if (!hasControls(text)) return text;
  throw new InputError({
    file: name,
    fault: 'it is not text: there are control characters in it',
    mend: 'remove it, or give text',
  });
}

function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes);
  return LATIN.decode(bytes);
}

/** Whether there are characters that no text has. Tabs to carriage returns are white space. */
function hasControls(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 32 && !(code >= 9 && code <= 13)) return true;
  }
  return false;
}
