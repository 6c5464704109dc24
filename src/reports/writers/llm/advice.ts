import type { Mention, PlannedEntity } from '../../../data/index.js';
import type { Verification, WrongMention } from '../../verify.js';

/**
 * What a model has to mend in its text, one sentence a line, in the words of its instructions
 * (`writers/llm/prompts`): PRESENT, ABSENT, NORMAL, MENTION.
 * @param statusOf - The word for the way an entity is to be said.
 */
export function adviceOf(verification: Verification, statusOf: (entity: PlannedEntity) => string): string {
  const { missing, extra, wrong, unsummed } = verification;
  const lines = [
    ...missing.map(
      entity => `FINDINGS does not say "${entity.concept}" as ${asPlanned(entity, statusOf)}. Say it.`,
    ),
    ...extra.map(
      ({ section, text, concept, polarity }) =>
        `${section.toUpperCase()} says ${quoted(text)}, which reads as ${READ_AS[polarity]} "${concept}". ` +
        'It is not in the list: leave it out.',
    ),
    ...wrong.map(fault => wrongLine(fault, statusOf)),
  ];
  if (unsummed.length > 0) {
    const names = unsummed.map(({ concept }) => `"${concept}"`).join(', ');
    lines.push(`IMPRESSION names no finding that is there. Name at least one of ${names}.`);
  }
  return lines.map(line => `- ${line}`).join('\n');
}

const READ_AS: Readonly<Record<Mention['polarity'], string>> = {
  affirmed: 'a statement of',
  negated: 'a denial of',
  uncertain: 'a doubtful statement of',
};

function wrongLine(
  { planned, mention, fault }: WrongMention,
  statusOf: (entity: PlannedEntity) => string,
): string {
  const where = `${mention.section.toUpperCase()} says ${quoted(mention.text)}`;
  if (mention.polarity === 'uncertain') {
    return `${where} in doubt. "${planned.concept}" must be said as ${asPlanned(planned, statusOf)}, without hedging.`;
  }
  if (mention.type !== planned.type) {
    const said = mention.polarity === 'negated' ? 'as absent' : 'as present';
    return `${where} ${said}. "${planned.concept}" must be said as ${asPlanned(planned, statusOf)}.`;
  }
  return `${where}: ${fault}. "${planned.concept}" must be said as ${asPlanned(planned, statusOf)}, with these details and no others.`;
}

function asPlanned(entity: PlannedEntity, statusOf: (entity: PlannedEntity) => string): string {
  const { side, site, severity, extent, change } = entity;
  const details = Object.entries({ side, site, severity, extent, change })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${value}`);
  return [statusOf(entity), ...details].join(', ');
}

function quoted(text: string): string {
  return JSON.stringify(text.replace(/\s+/g, ' '));
}
