/** Shorter lines are no wrapped text, whatever their ends look like. */
const LEAST_WIDTH = 60;
const LIST_ITEM = /^\s*(?:\d{1,2}[.)]|[-*•‣–])\s+\S/;

/**
 * Joins lines that were broken because they were full: the line break becomes a space, so that each character
 * keeps its place. A line break is kept before an empty line and a list item, and where lines end for their own reason
 * ("one statement a line"): a break is taken for one of width only where the next line goes on in lower case
 * after no full stop, or where all lines of its paragraph but the last are as full as the report's longest allows.
 * Carriage returns become spaces too.
 */
export function unwrapLines(text: string): string {
  if (!text.includes('\n')) return text.includes('\r') ? text.replaceAll('\r', ' ') : text;
  const lines = text.replaceAll('\r', ' ').split('\n');
  const lengths = lines.map(line => line.trimEnd().length);
  const width = lengths.reduce((most, length) => Math.max(most, length), 0);
  let joined = lines[0]!;
  for (let start = 0; start < lines.length; ) {
    let end = start + 1;
    while (end < lines.length && lengths[end]! > 0 && !LIST_ITEM.test(lines[end]!)) end++;
    const filled = width >= LEAST_WIDTH && isFilled(lines, lengths, width, start, end);
    for (let line = start + 1; line < end; line++) {
      const goesOn = lengths[line - 1]! > 0 && (filled || continues(lines[line - 1]!, lines[line]!));
      joined += `${goesOn ? ' ' : '\n'}${lines[line]}`;
    }
    if (end < lines.length) joined += `\n${lines[end]}`;
    start = end;
  }
  return joined;
}

/** Whether no line of [start, end) but the last had room for the first word of the next. */
function isFilled(
  lines: readonly string[],
  lengths: readonly number[],
  width: number,
  start: number,
  end: number,
): boolean {
  for (let line = start + 1; line < end; line++) {
    const word = /\S+/.exec(lines[line]!)?.[0] ?? '';
    if (lengths[line - 1]! + 1 + word.length <= width) return false;
  }
  return true;
}

function continues(line: string, next: string): boolean {
  return /,\s*$/.test(line) || (/^\s*[a-z_(]/.test(next) && !/[.:;!?]\s*$/.test(line));
}
