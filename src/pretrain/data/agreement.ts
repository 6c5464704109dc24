import { defaultBank } from '../../entities/index.js';
import type { Claim, Statement } from './statements.js';

/** Concepts that cannot be in a picture of which a normal concept is said, for example an effusion with sharp angles. */
const excludedBy: ReadonlyMap<string, readonly string[]> = new Map(
  defaultBank().entities.map(({ concept, excludes }) => [concept, excludes]),
);

/**
 * What a report says of its picture, to ask whether a sentence of another report is true of it as well.
 *
 * A report is taken to name what is there: a finding that it does not name is absent. That holds for synthetic
 * samples by construction, and for real ones as far as radiologists go.
 */
export class Facts {
  readonly #claims: readonly Claim[];
  readonly #texts: ReadonlySet<string>;

  constructor(statements: readonly Statement[]) {
    this.#claims = statements.flatMap(statement => statement.claims);
    this.#texts = new Set(statements.map(statement => statement.text));
  }

  /** Whether the text is true of the picture. One that claims nothing is true of every picture. */
  allow({ text, claims }: Statement): boolean {
    return this.#texts.has(text) || claims.every(claim => this.#holds(claim));
  }

  #holds(claim: Claim): boolean {
    const said = (state: Claim['state']) =>
      this.#claims.some(own => own.concept === claim.concept && own.state === state);
    switch (claim.state) {
      case 'present':
        return this.#claims.some(
          own => own.concept === claim.concept && own.state === 'present' && covers(own.side, claim.side),
        );
      case 'uncertain':
        return said('uncertain');
      case 'absent':
        return !this.#claims.some(
          own =>
            own.concept === claim.concept &&
            (own.state === 'present' || own.state === 'uncertain') &&
            meets(own.side, claim.side),
        );
      case 'normal': {
        if (said('normal')) return true;
        const excluded = excludedBy.get(claim.concept) ?? [];
        return (
          excluded.length > 0 &&
          !this.#claims.some(own => excluded.includes(own.concept) && own.state !== 'absent')
        );
      }
    }
  }
}

/** Whether a finding on side `own` makes words about side `asked` true. Words without side fit any. */
function covers(own: Claim['side'], asked: Claim['side']): boolean {
  return asked === undefined || own === asked || own === 'bilateral';
}

/** Whether a finding on side `own` may be on side `asked`. */
function meets(own: Claim['side'], asked: Claim['side']): boolean {
  return asked === undefined || own === undefined || asked === 'bilateral' || covers(own, asked);
}
