import type { ChatReply } from '../../../chat/index.js';
import type { PartReply } from '../../writer.js';

/** The sections that the model writes. */
export type Section = 'findings' | 'impression';

type Fault = Extract<PartReply, { fault: string }>;

/** How a model declines, at the beginning of a reply. */
const REFUSAL =
  /^\W*(?:(?:i['’]?m|i am|we['’]?re|we are) (?:very |so |really |truly )?(?:sorry|unable|not able)|sorry\b|my apologies|(?:unfortunately,? )?i (?:can ?not|can['’]?t|could not|am not able|won['’]?t|will not|must decline|do not feel)\b|as an? (?:ai|artificial|large language|language model))/i;

/** Headings of sections at the beginning of a line: `FINDINGS:`, `**Impression**`, `## Findings`. */
const HEADING =
  /^[ \t]*(?:[#*_]+[ \t]*)?(findings|impression)[ \t]*(?:[*_]+[ \t]*:?|:[ \t]*[*_]*|$)[ \t]*/gim;

/** A longer section is a model that runs on. */
const MOST_CHARACTERS = 8000;

/**
 * The text of a section out of a reply: what models put around it against all instructions (thoughts, fences, headings,
 * Markdown, quotation marks, the other section) is taken off.
 */
export function sectionOf(
  { text: reply, finishReason }: ChatReply,
  section: Section,
  json: boolean,
): { readonly text: string } | Fault {
  const said = withoutThoughts(reply).trim();
  const fault = (kind: Fault['fault'], reason: string): Fault => ({ fault: kind, reason, text: said });
  if (finishReason === 'content_filter' || finishReason === 'refusal') {
    return fault('refusal', `the server held the reply back (${finishReason})`);
  }
  if (finishReason === 'length') return fault('truncated', 'the reply was cut off at its most tokens');
  if (said === '') return fault('empty', 'the reply is empty');
  if (REFUSAL.test(said)) return fault('refusal', `the model declined: "${beginningOf(said)}"`);
  let content = withoutFence(said);
  if (json) {
    const value = textAt(content, section);
    if (value === undefined) {
      return fault('garbled', `the reply is no JSON object with a text "${section}": "${beginningOf(said)}"`);
    }
    content = value;
  }
  const text = tidy(ownSection(content, section));
  if (text === '') return fault('empty', `the reply has no ${section.toUpperCase()}`);
  if (REFUSAL.test(text)) return fault('refusal', `the model declined: "${beginningOf(text)}"`);
  if (text.length > MOST_CHARACTERS) {
    return fault('garbled', `the section has ${text.length} characters, at most ${MOST_CHARACTERS}`);
  }
  return { text };
}

/** Without what reasoning models think aloud before they answer. */
function withoutThoughts(text: string): string {
  return text.replace(/^\s*<think>[\s\S]*?(?:<\/think>|$)/i, '');
}

function withoutFence(text: string): string {
  return /^```[a-z]*\s*\n([\s\S]*?)\n?```$/i.exec(text)?.[1] ?? text;
}

function textAt(content: string, section: Section): string | undefined {
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value !== 'object' || value === null) return undefined;
    const text: unknown = Object.entries(value).find(([key]) => key === section)?.[1];
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Where headings are, what stands under the own one; what stands before the first heading is a remark. */
function ownSection(text: string, section: Section): string {
  const headings = [...text.matchAll(HEADING)];
  const own = headings.find(heading => heading[1]!.toLowerCase() === section);
  if (own !== undefined) {
    const next = headings.find(heading => heading.index > own.index);
    return text.slice(own.index + own[0].length, next?.index);
  }
  // The other section alone was written after the own one, or instead of it.
  return headings.length > 0 ? text.slice(0, headings[0]!.index) : text;
}

function tidy(text: string): string {
  const lines = text
    .replace(/[*_]{2,}/g, '')
    .split('\n')
    .map(line => line.replace(/^\s*[-*•]\s+/, '').trim())
    .filter(line => line !== '' && !/^-{3,}$/.test(line));
  // "Here is the FINDINGS section:"
  if (lines.length > 1 && /^(?:sure|certainly|of course|okay|here)\b.*:$/i.test(lines[0]!)) lines.shift();
  const whole = lines.join('\n');
  return /^"[^"]*"$/.test(whole) ? whole.slice(1, -1).trim() : whole;
}

function beginningOf(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}
