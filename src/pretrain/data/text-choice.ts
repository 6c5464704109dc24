import type { Random } from '../../base/index.js';
import type { PretrainRecipe } from '../recipe.js';
import type { CachedSample } from './cached-sample.js';
import { nameOf, type Statement } from './statements.js';

/** The text of a pair: a sentence of the report (ConVIRT, section 3.1), a section, all of it, or a bare name. */
export function chooseText(
  sample: Pick<CachedSample, 'statements' | 'sections'>,
  settings: Pick<PretrainRecipe['text'], 'sample' | 'sections' | 'sentences' | 'phraseShare'>,
  random: Random,
): Statement {
  const bare = random.chance(settings.phraseShare);
  const statements = statementsIn(sample, settings);
  if (!bare && settings.sample !== 'sentence') return joined(statements.slice(0, settings.sentences));
  const statement = random.pick(statements);
  const named = statement.claims.filter(claim => claim.state !== 'uncertain');
  if (!bare || named.length === 0) return statement;
  const { side, ...anySide } = random.pick(named);
  const claim = side !== undefined && random.chance(0.5) ? { ...anySide, side } : anySide;
  return { text: nameOf(claim, true), claims: [claim] };
}

/** The sentences to choose among; of the first section that has any, where a section is asked for. */
function statementsIn(
  { statements, sections }: Pick<CachedSample, 'statements' | 'sections'>,
  settings: Pick<PretrainRecipe['text'], 'sample' | 'sections'>,
): readonly Statement[] {
  const full = settings.sections.filter(section => sections[section].length > 0);
  const used = settings.sample === 'section' ? full.slice(0, 1) : full;
  if (used.length === 0) return statements;
  // Each sentence once, in the order asked for.
  return [...new Set(used.flatMap(section => sections[section]))];
}

function joined(statements: readonly Statement[]): Statement {
  return {
    text: statements.map(({ text }) => text).join(' '),
    claims: statements.flatMap(({ claims }) => claims),
  };
}
