import type { IncomingHttpHeaders } from 'node:http';

/** Waits between the sends of one request, in seconds. */
export interface Waits {
  readonly first: number;
  readonly longest: number;
}

export const DEFAULT_WAITS: Waits = { first: 0.5, longest: 30 };

/**
 * Seconds to wait after so many failures in a row (0 for the first): doubled each time, and a random part of up to
 * half taken off, so that clients do not come back all at once. The chance is in the waiting only, never in data:
 * hence no seed.
 */
export function waitAfter({ first, longest }: Waits, failures: number): number {
  return Math.min(longest, first * 2 ** Math.min(failures, 30)) * (1 - Math.random() / 2);
}

/**
 * The wait in seconds that a server asks for: `Retry-After` (seconds or a date), `retry-after-ms`,
 * `x-ratelimit-reset-*` of whatever is used up, `retryDelay` and words such as "try again in 6.5s" in the body.
 * @param now - Time of the day in milliseconds, for dates.
 * @returns undefined where it asks for none.
 */
export function askedWait(headers: IncomingHttpHeaders, body: string, now: number): number | undefined {
  const milliseconds = number(headers['retry-after-ms']);
  if (milliseconds !== undefined) return milliseconds / 1000;
  const after = headers['retry-after'];
  if (after !== undefined) {
    const seconds = number(after);
    if (seconds !== undefined) return seconds;
    // Date.parse takes much for a date, "-5" too; dates in headers begin with the day of the week.
    const date = /^\s*[a-z]{3}/i.test(after) ? Date.parse(after) : Number.NaN;
    if (Number.isFinite(date)) return Math.max(0, (date - now) / 1000);
  }
  const resets = ['requests', 'tokens']
    .filter(what => number(headers[`x-ratelimit-remaining-${what}`]) === 0)
    .map(what => span(String(headers[`x-ratelimit-reset-${what}`] ?? '')))
    .filter(seconds => seconds !== undefined);
  if (resets.length > 0) return Math.max(...resets);
  const words =
    /"retryDelay"\s*:\s*"([^"]{1,20})"|(?:try again|retry)\s+(?:in|after)\s+([\d.]+\s*[a-z]*(?:\s*[\d.]+\s*[a-z]+)*)/i.exec(
      body.slice(0, 4000),
    );
  return words === null ? undefined : span(words[1] ?? words[2] ?? '');
}

function number(text: string | string[] | undefined): number | undefined {
  if (typeof text !== 'string' || !/^\s*\d+(\.\d+)?\s*$/.test(text)) return undefined;
  return Number(text);
}

const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(ms|milliseconds?)$/i, 0.001],
  [/^(s|secs?|seconds?)?$/i, 1],
  [/^(m|mins?|minutes?)$/i, 60],
  [/^(h|hours?)$/i, 3600],
];

/** Seconds of a span as `1m30s`, `20ms`, `12.5 seconds` or plain `7`. */
function span(text: string): number | undefined {
  let total: number | undefined;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)/gi)) {
    const factor = UNITS.find(([name]) => name.test(unit ?? ''))?.[1];
    if (factor === undefined) break;
    total = (total ?? 0) + Number(amount) * factor;
  }
  return total;
}
