// How texts are written, in figures: words, sentences, and how far two collections of reports are from each other.

/** Words that stand for something taken out of a report: they are no one's vocabulary. */
const REDACTED = /^x{3,}$/;

/** Words of a text, lower case; numbers and marks left out. */
export function wordsOf(text) {
  return (text.toLowerCase().match(/[a-z][a-z'-]*/g) ?? []).filter(word => !REDACTED.test(word));
}

/** Sentences of a text: up to a full stop or a line's end. */
export function sentencesOf(text) {
  return text
    .split(/(?<=[.?!])\s+|\n+/)
    .map(sentence => sentence.replace(/^\s*(?:\d+\.|[A-Z][A-Za-z ]*:)\s*/, '').trim())
    .filter(sentence => wordsOf(sentence).length > 0);
}

/** All that is counted of a collection of `{findings, impression}`. */
export function styleOf(reports) {
  const unigrams = new Map();
  const bigrams = new Map();
  const sentenceLengths = [];
  const findingsLengths = [];
  const impressionLengths = [];
  const openings = new Map();
  const stream = [];
  const seen = new Set();
  let sentencesRepeated = 0;
  const sentencesSeen = new Set();
  for (const { findings, impression } of reports) {
    seen.add(`${findings}\n${impression}`);
    if (findings !== '') findingsLengths.push(wordsOf(findings).length);
    if (impression !== '') impressionLengths.push(wordsOf(impression).length);
    for (const sentence of [...sentencesOf(findings), ...sentencesOf(impression)]) {
      const words = wordsOf(sentence);
      sentenceLengths.push(words.length);
      count(openings, words.slice(0, 2).join(' '));
      if (sentencesSeen.has(words.join(' '))) sentencesRepeated++;
      sentencesSeen.add(words.join(' '));
      for (const [index, word] of words.entries()) {
        stream.push(word);
        count(unigrams, word);
        count(bigrams, `${words[index - 1] ?? '^'} ${word}`);
      }
    }
  }
  return {
    reports: reports.length,
    duplicates: 1 - seen.size / reports.length,
    repeatedSentences: sentencesRepeated / sentenceLengths.length,
    unigrams,
    bigrams,
    openings,
    stream,
    sentenceLengths,
    findingsLengths,
    impressionLengths,
  };
}

/** How far one collection is from another, and the plain figures of both. */
export function compareStyles(own, real) {
  const tokens = Math.min(own.stream.length, real.stream.length);
  const known = own.stream.filter(word => real.unigrams.has(word)).length;
  return {
    tokens,
    vocabulary: new Set(own.stream.slice(0, tokens)).size,
    realVocabulary: new Set(real.stream.slice(0, tokens)).size,
    known: known / own.stream.length,
    words: divergence(own.unigrams, real.unigrams),
    pairs: divergence(own.bigrams, real.bigrams),
    openings: divergence(own.openings, real.openings),
    sentence: momentsOf(own.sentenceLengths),
    realSentence: momentsOf(real.sentenceLengths),
    sentenceKs: kolmogorovSmirnov(own.sentenceLengths, real.sentenceLengths),
    findings: momentsOf(own.findingsLengths),
    realFindings: momentsOf(real.findingsLengths),
    impression: momentsOf(own.impressionLengths),
    realImpression: momentsOf(real.impressionLengths),
  };
}

function count(counts, key) {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

export function momentsOf(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}

/** Jensen–Shannon divergence in bits: 0 the same, 1 nothing in common. */
export function divergence(one, other) {
  const total = counts => [...counts.values()].reduce((sum, value) => sum + value, 0);
  const [ofOne, ofOther] = [total(one), total(other)];
  let bits = 0;
  for (const key of new Set([...one.keys(), ...other.keys()])) {
    const p = (one.get(key) ?? 0) / ofOne;
    const q = (other.get(key) ?? 0) / ofOther;
    const middle = (p + q) / 2;
    if (p > 0) bits += (p / 2) * Math.log2(p / middle);
    if (q > 0) bits += (q / 2) * Math.log2(q / middle);
  }
  return bits;
}

/** The largest distance between two distribution functions. */
export function kolmogorovSmirnov(one, other) {
  const largest = Math.max(...[...new Set(one), ...new Set(other)]);
  const shares = values => {
    const counts = new Array(largest + 1).fill(0);
    for (const value of values) counts[value]++;
    let sum = 0;
    return counts.map(entry => {
      sum += entry;
      return sum / values.length;
    });
  };
  const ofOther = shares(other);
  return Math.max(...shares(one).map((share, length) => Math.abs(share - ofOther[length])));
}
