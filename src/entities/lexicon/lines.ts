/** A line as long as this was likely broken for its width, as reports of many systems are at 70 to 80 characters. */
const WIDE = 55;
/** Last words that no statement ends with. */
const OPEN_END =
  /(?:[,/(&-]|\b(?:and|or|nor|no|not|without|of|in|the|a|an|at|on|to|with|for|from|by|is|are|was|were|has|have|may|be|been|left|right|which|that|than|versus|vs|small|large|mild|moderate))$/i;
/** "LUNGS:", "2.", "- ": a line that begins like this is a statement of its own. */
const ITEM = /^(?:[-*•–]\s|\(?\d{1,2}[.)]\s|[A-Z][A-Za-z /&-]{1,40}:)/;

/**
 * The text with a space for each line break inside a statement, so that all offsets hold. A break ends a
 * statement unless the line before it was broken for its width or its last word asks for more, or the next
 * line begins in lower case.
 */
export function joinWrapped(text: string): string {
  if (!text.includes('\n')) return text;
  const lines = text.split('\n');
  let joined = lines[0]!;
  for (let at = 1; at < lines.length; at++) {
    joined += (isWrapped(lines[at - 1]!, lines[at]!) ? ' ' : '\n') + lines[at]!;
  }
  return joined;
}

function isWrapped(line: string, next: string): boolean {
  // Only the ends are looked at: a line may be as long as the text.
  const end = line.slice(-40).trimEnd();
  const start = next.slice(0, 80).trimStart();
  if (end === '' || start === '' || /[.:;!?]$/.test(end) || ITEM.test(start)) return false;
  return /^[a-z]/.test(start) || OPEN_END.test(end) || line.trimStart().length >= WIDE;
}
