import { Random } from '../../base/index.js';
import type { PlannedEntity, ReportText } from '../../data/index.js';
import type { Bank, BankEntity } from '../../entities/index.js';
import type { GrammarWriter } from '../../reports/index.js';
import { misspelt } from './errors.js';
import type { FindingTable } from './findings.js';
import type { Patient, Study, TrueFinding } from './patient.js';
import type { HospitalSettings } from './settings.js';

/** A report, and how it is less than what the picture shows. */
export interface HospitalReport extends ReportText {
  /** Concepts that are there and not in it. */
  readonly omitted: readonly string[];
  /** The last report again. */
  readonly copied: boolean;
  /** Says hardly more than that nothing is found. */
  readonly terse: boolean;
  /** Speaks of an earlier study. */
  readonly compared: boolean;
  readonly sections: 'both' | 'impression only' | 'none';
  readonly error: 'none' | 'immaterial' | 'material';
}

/** Statements of normality and denials, as often as reports make them. */
interface Statement {
  readonly entity: BankEntity;
  readonly share: number;
}

/** Sentences of an impression that are about the patient as a whole are the writer's own. */
const LEFT_TO_IMPRESSION = 'normal chest';
/** Statements that a terse report holds, at most. */
const TERSE = 1;

/** Writes the reports of a hospital: what a reader saw of what is there, in the words of the house. */
export class Reporter {
  readonly #settings: HospitalSettings['reports'];
  readonly #table: FindingTable;
  readonly #writer: GrammarWriter;
  readonly #seed: number;
  readonly #normals: readonly Statement[];
  readonly #denials: readonly Statement[];

  constructor(
    { reports }: HospitalSettings,
    table: FindingTable,
    writer: GrammarWriter,
    bank: Bank,
    seed: number,
  ) {
    this.#settings = reports;
    this.#table = table;
    this.#writer = writer;
    this.#seed = seed;
    const statements = (wanted: (entity: BankEntity) => boolean): Statement[] =>
      bank.entities
        .filter(entity => wanted(entity) && entity.count > 0 && entity.concept !== LEFT_TO_IMPRESSION)
        .map(entity => ({ entity, share: entity.count / Math.max(1, bank.reports) }));
    this.#normals = statements(({ kind }) => kind === 'normal');
    this.#denials = statements(({ kind, type }) => kind !== 'normal' && type.startsWith('NON-'));
  }

  /** The reports of a patient's studies, in their order. */
  reports(patient: Patient): HospitalReport[] {
    const written: HospitalReport[] = [];
    for (const study of patient.studies) {
      const random = Random.of(this.#seed, study.id, 'hospital report');
      written.push(this.#report(study, written.at(-1), random));
    }
    return written;
  }

  #report(study: Study, last: HospitalReport | undefined, random: Random): HospitalReport {
    const settings = this.#settings;
    const changed = study.resolved.length > 0 || study.findings.some(({ change }) => change !== 'unchanged');
    if (last !== undefined && random.chance(changed ? settings.copied.changed : settings.copied.unchanged))
      return {
        ...last,
        copied: true,
        omitted: study.findings.map(({ concept }) => concept).filter(concept => !says(last, concept)),
      };
    const seen = study.findings.filter(() => !random.chance(settings.omitted));
    const compared = last !== undefined && random.chance(settings.compared);
    const terse = seen.length === 0 && random.chance(settings.terse);
    const entities = this.#said(study, seen, compared, terse, random);
    const { findings, impression } = this.#writer.report({ id: study.id, entities }, this.#seed, 0);
    const opened = compared ? this.#compared(findings, changed, random) : findings;
    const form = random.next();
    const sections =
      form < settings.noSections
        ? 'none'
        : form < settings.noSections + settings.impressionOnly
          ? 'impression only'
          : 'both';
    const text = inSections(
      sections,
      opened,
      compared && sections === 'impression only' ? this.#compared(impression, changed, random) : impression,
    );
    const faulty = random.next();
    const error =
      faulty < settings.materialErrors ? 'material' : faulty < settings.errors ? 'immaterial' : 'none';
    const kept = new Set(seen.map(({ episode }) => episode));
    return {
      ...(error === 'none' ? text : withError(text, random, error === 'material')),
      omitted: study.findings.filter(({ episode }) => !kept.has(episode)).map(({ concept }) => concept),
      copied: false,
      terse,
      compared,
      sections,
      error,
    };
  }

  /** All that the report is to say. */
  #said(
    study: Study,
    seen: readonly TrueFinding[],
    compared: boolean,
    terse: boolean,
    random: Random,
  ): PlannedEntity[] {
    const present = new Map<string, { entity: BankEntity; said: PlannedEntity }>();
    for (const finding of seen) {
      const entity = this.#worded(finding, random);
      const said = this.#attributes(finding, entity, compared, random);
      // Two findings of one vague word on one side are one statement.
      const key = `${said.concept} ${said.side ?? ''}`;
      if (!present.has(key)) present.set(key, { entity, said });
    }
    const saidOf = [...present.values()];
    const fits = ({ entity }: Statement) =>
      saidOf.every(other => !this.#table.excludes(other.entity, entity));
    const drawn = (statements: readonly Statement[]) =>
      statements.filter(({ share }) => random.chance(share)).filter(fits);
    const normals = drawn(this.#normals);
    const denials = drawn(this.#denials);
    const kept = terse ? random.shuffle(normals).slice(0, TERSE) : [...normals, ...denials];
    const resolved = compared && !terse ? study.resolved : [];
    const gone = resolved
      .filter(({ entity }) => random.chance(this.#settings.changeSaid) && fits({ entity, share: 1 }))
      .map(({ entity }) => entity)
      .filter(
        ({ concept }) =>
          !present.has(`${concept} `) && !kept.some(({ entity }) => entity.concept === concept),
      );
    return [
      ...saidOf.map(({ said }) => said),
      ...kept.map(({ entity: { concept, type } }): PlannedEntity => ({ concept, type })),
      ...unique(gone.map(({ concept }) => concept)).flatMap((concept): PlannedEntity[] => {
        const type = this.#table.entity(concept)?.type;
        if (type !== 'ABNORMALITY' && type !== 'DISEASE') return [];
        return [{ concept, type: `NON-${type}`, change: 'resolved' }];
      }),
    ];
  }

  /** The concept that the reader names: at times a vaguer one. */
  #worded({ entity }: TrueFinding, random: Random): BankEntity {
    for (const { say, of, share } of this.#settings.vague) {
      if (!of.includes(entity.concept) || !random.chance(share)) continue;
      return this.#table.entity(say) ?? entity;
    }
    return entity;
  }

  #attributes(finding: TrueFinding, entity: BankEntity, compared: boolean, random: Random): PlannedEntity {
    const { concept, type } = entity;
    const { side, site, severity, extent, change } = finding;
    const tells = () => !random.chance(this.#settings.unspecific);
    return {
      concept,
      type,
      ...(side && entity.sides.includes(side) && tells() && { side }),
      ...(site && entity.sites.includes(site) && tells() && { site }),
      ...(severity && entity.severities.includes(severity) && tells() && { severity }),
      ...(extent && entity.extents.includes(extent) && tells() && { extent }),
      ...(compared && random.chance(this.#settings.changeSaid) && { change }),
    };
  }

  /** Speaks of the earlier study, and of nothing new where that is so. */
  #compared(text: string, changed: boolean, random: Random): string {
    const { comparisons, noChange } = this.#settings;
    if (!changed && random.chance(0.5)) return `${text} ${random.pick(noChange)}`.trim();
    const opening = random.pick(comparisons);
    if (text === '') return random.pick(noChange);
    const goesOn = opening.endsWith(',') && !/^([A-Z]{2}|\d)/.test(text);
    return `${opening} ${goesOn ? text.charAt(0).toLowerCase() + text.slice(1) : text}`;
  }
}

function inSections(sections: HospitalReport['sections'], findings: string, impression: string): ReportText {
  switch (sections) {
    case 'both':
      return { findings, impression };
    case 'impression only':
      return { findings: '', impression };
    case 'none':
      return { findings: `${findings} ${impression}`.trim(), impression: '' };
  }
}

function withError({ findings, impression }: ReportText, random: Random, material: boolean): ReportText {
  const inFindings = findings !== '' && (impression === '' || random.chance(0.7));
  return inFindings
    ? { findings: misspelt(findings, random, material), impression }
    : { findings, impression: misspelt(impression, random, material) };
}

function says({ findings, impression }: ReportText, concept: string): boolean {
  return `${findings} ${impression}`.toLowerCase().includes(concept);
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
