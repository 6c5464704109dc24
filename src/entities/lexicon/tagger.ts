import type { Attributes, EntityType, Mention, Polarity, ReportText } from '../../data/index.js';
import { type Bank, defaultBank } from '../bank/index.js';
import type { Tagger } from '../tagger.js';
import type { Draft } from './attribute-reader.js';
import { type KnownConcept, type Lexicon, lexiconOf } from './lexicon.js';
import { readSentence } from './sentence-reader.js';
import { type Sentence, sentencesOf } from './sentences.js';

/**
 * The embedded tagger: phrases of a bank, subject-predicate frames, negation and doubt by scope, attributes
 * by nearness. Reads some thousands of reports a second on one core. A finding said of several places ("in
 * the right upper and left lower lobe") is a mention for each, of the same words.
 */
export class LexiconTagger implements Tagger {
  readonly name = 'lexicon';
  readonly #lexicon: Lexicon;

  readonly #unknown: boolean;

  /**
   * @param bank - The phrases it knows.
   * @param options.unknown - Also give noun phrases that the bank does not know, typed by their last word;
   *   their concept is the phrase itself in the singular.
   */
  constructor(bank: Bank = defaultBank(), options: { unknown?: boolean } = {}) {
    this.#lexicon = lexiconOf(bank);
    this.#unknown = options.unknown ?? false;
  }

  async tag(reports: readonly ReportText[]): Promise<Mention[][]> {
    return reports.map(report => this.read(report));
  }

  /** The mentions of one report, at once. */
  read(report: ReportText): Mention[] {
    return [
      ...this.readSection(report.findings, 'findings'),
      ...this.readSection(report.impression, 'impression'),
    ];
  }

  /** The mentions of one section, sorted by start. */
  readSection(text: string, section: Mention['section']): Mention[] {
    const mentions: Mention[] = [];
    for (const sentence of sentencesOf(text, this.#unknown)) {
      const { words } = sentence;
      for (const [at, word] of words.entries()) words[at] = this.#lexicon.spelling.mend(word);
      for (const { draft, polarity } of readSentence(sentence, this.#lexicon, this.#unknown)) {
        for (const attributes of [draft.attributes, ...draft.elsewhere]) {
          mentions.push(mentionOf(draft, attributes, polarity, sentence, text, section));
        }
      }
    }
    return mentions.sort((a, b) => a.start - b.start || a.end - b.end);
  }
}

function mentionOf(
  draft: Draft,
  attributes: Attributes,
  polarity: Polarity,
  sentence: Sentence,
  text: string,
  section: Mention['section'],
): Mention {
  const { concept } = draft;
  const start = sentence.starts[draft.start]!;
  const end = sentence.ends[draft.end - 1]!;
  // What a report says is normal is affirmed, also where it is said by denying ("no acute disease").
  const said: Polarity =
    concept.kind === 'normal'
      ? polarity === 'uncertain'
        ? 'uncertain'
        : 'affirmed'
      : attributes.change === 'resolved'
        ? 'negated'
        : polarity;
  return {
    ...kept(attributes, said),
    section,
    start,
    end,
    text: text.slice(start, end),
    concept: concept.concept,
    type: typeOf(concept, said),
    polarity: said,
  };
}

/** Of a denied finding only the place is told: in "no large new effusion" nothing is large or new. */
function kept(attributes: Attributes, polarity: Polarity): Attributes {
  if (polarity !== 'negated') return attributes;
  const { side, site, change } = attributes;
  return {
    ...(side === undefined ? {} : { side }),
    ...(site === undefined ? {} : { site }),
    ...(change === 'resolved' ? { change } : {}),
  };
}

function typeOf(concept: KnownConcept, polarity: Polarity): EntityType {
  if (concept.kind === 'anatomy') return 'ANATOMY';
  if (concept.kind === 'normal') return 'NON-ABNORMALITY';
  const present = concept.kind === 'disease' ? 'DISEASE' : 'ABNORMALITY';
  return polarity === 'negated' ? `NON-${present}` : present;
}
