import { Random } from '../../base/index.js';
import type { Change, Finding, Severity, Side } from '../../data/index.js';
import type { BankEntity, NIH_LABELS } from '../../entities/index.js';
import type { KnownPerson } from '../../images/index.js';
import type { FindingTable } from './findings.js';
import { type LabelledView, LabelSets, type Stratum } from './label-sets.js';
import type { HospitalSettings } from './settings.js';

/** Something that is there on the day of a study. */
export interface TrueFinding extends Finding {
  readonly entity: BankEntity;
  /** How far it has gone, 0 to 1; undefined where it does not come in degrees. */
  readonly level: number | undefined;
  /** The same word in every study that shows it. */
  readonly episode: string;
  /** Against the study before. */
  readonly change: Exclude<Change, 'resolved'>;
  /** False for a disease that is told from what else is there. */
  readonly painted: boolean;
}

export interface Study {
  readonly id: string;
  /** 0 for the first. */
  readonly number: number;
  readonly view: KnownPerson['view'];
  /** Years. */
  readonly age: number;
  /** The fourteen labels, as bits in the order of {@link LabelSets.labels}. */
  readonly labels: number;
  readonly findings: readonly TrueFinding[];
  /** What the study before showed and this one does not. */
  readonly resolved: readonly TrueFinding[];
}

export interface Patient {
  readonly id: string;
  readonly sex: 'F' | 'M';
  readonly studies: readonly Study[];
}

type Label = (typeof NIH_LABELS)[number];
const BANDS = [20, 35, 50, 65, 80] as const;
/** Ages end before this one. */
const OLDEST = 95;

/** Draws the patients of a hospital, each from a stream of their own: any can be drawn alone. */
export class Admissions {
  readonly #settings: HospitalSettings;
  readonly #table: FindingTable;
  readonly #sets: LabelSets;
  readonly #seed: number;
  readonly #strata: Readonly<Record<string, number>>;

  constructor(settings: HospitalSettings, table: FindingTable, seed: number, sets = LabelSets.nih()) {
    this.#settings = settings;
    this.#table = table;
    this.#seed = seed;
    this.#sets = sets;
    const { ages } = settings.patients;
    this.#strata = Object.fromEntries(
      BANDS.flatMap(band =>
        (['F', 'M'] as const).map(sex => [
          `${band} ${sex}`,
          (ages[`${band}`] ?? 0) * sets.count({ band, sex }),
        ]),
      ),
    );
  }

  /** The patient of a number, with all their studies. */
  patient(index: number): Patient {
    const { name, patients } = this.#settings;
    const random = Random.of(this.#seed, 'hospital', name, index);
    const id = `${name}${this.#seed}-${String(index).padStart(6, '0')}`;
    const [first = '', sex = ''] = random.weighted(this.#strata).split(' ');
    const stratum: Stratum = { band: Number(first), sex: sex === 'F' ? 'F' : 'M' };
    const next = BANDS[BANDS.indexOf(stratum.band as (typeof BANDS)[number]) + 1] ?? OLDEST;
    let age = random.uniform(stratum.band, next);
    const count = Number(random.weighted(patients.studies));
    const studies: Study[] = [];
    let drawn = this.#sets.draw(stratum, random);
    let view = this.#viewOf(drawn, random);
    let state = this.#firstState(view, random);
    for (let number = 0; number < count; number++) {
      if (number > 0) {
        const kept = this.#kept(random);
        const before = drawn;
        drawn = this.#sets.next(stratum, before, kept, random);
        // Who lay and is pictured at the bedside again lies again.
        if (drawn.view !== before.view || !kept.view) view = this.#viewOf(drawn, random);
        state = this.#nextState(state, drawn.view === before.view, view, random);
        age += -patients.interval * Math.log(1 - random.next());
      }
      const before = studies.at(-1);
      const findings = this.#findings(drawn, state, before, number, random.fork('findings', number));
      const resolved = before?.findings.filter(
        old => !findings.some(({ episode }) => episode === old.episode),
      );
      studies.push({
        id: `${id}-${number + 1}`,
        number,
        view,
        age: Math.floor(Math.min(age, OLDEST)),
        labels: drawn.labels,
        findings,
        resolved: resolved ?? [],
      });
    }
    return { id, sex: stratum.sex, studies };
  }

  #viewOf({ view }: LabelledView, random: Random): KnownPerson['view'] {
    if (view === 'PA') return 'PA';
    return random.chance(this.#settings.patients.supine) ? 'AP supine' : 'AP';
  }

  /** What of a picture stays for the next, chosen without looking at the picture. */
  #kept(random: Random): { labels: number; view: boolean } {
    const { labels, view } = this.#settings.persistence;
    let kept = 0;
    this.#sets.labels.forEach((label, bit) => {
      if (random.chance(labels[label] ?? 0)) kept |= 1 << bit;
    });
    return { labels: kept, view: random.chance(view) };
  }

  #firstState(view: KnownPerson['view'], random: Random): boolean[] {
    return this.#table.tail.map(({ share }) => random.chance(share[view === 'PA' ? 'PA' : 'AP']));
  }

  #nextState(
    before: readonly boolean[],
    samePlace: boolean,
    view: KnownPerson['view'],
    random: Random,
  ): boolean[] {
    return this.#table.tail.map(({ share, kept }, at) => {
      // What goes with the bedside does not go with the patient to the stand, unless it is implanted.
      const keeps = random.chance(kept) && (samePlace || kept === 1 || share.PA === share.AP);
      const anew = random.chance(share[view === 'PA' ? 'PA' : 'AP']);
      return keeps ? before[at]! : anew;
    });
  }

  #findings(
    drawn: LabelledView,
    state: readonly boolean[],
    before: Study | undefined,
    number: number,
    random: Random,
  ): TrueFinding[] {
    const found: TrueFinding[] = [];
    // What was there goes on as the same episode, for better or worse.
    const keep = (key: string) => {
      const old = before?.findings.filter(({ episode }) => episode.startsWith(`${key}#`)) ?? [];
      for (const finding of old) found.push(this.#gone(finding, random.fork(finding.episode)));
      return old.length > 0;
    };
    this.#sets.labels.forEach((label, bit) => {
      if (((drawn.labels >> bit) & 1) === 0 || keep(label)) return;
      found.push(...this.#begun(label, number, random.fork(label)));
    });
    this.#table.tail.forEach(({ entity }, at) => {
      if (!state[at]) return;
      // The labels are as the table has them: what cannot be with them is left out of the tail.
      if (found.some(other => this.#table.excludes(other.entity, entity))) return;
      if (keep(entity.concept)) return;
      found.push(this.#drawn(entity, `${entity.concept}#${number}`, true, random.fork(entity.concept)));
    });
    return found;
  }

  /** A label that was not there before: a concept that shows it, and at times the disease behind. */
  #begun(label: Label, number: number, random: Random): TrueFinding[] {
    const episode = `${label}#${number}`;
    const shown = this.#drawn(this.#table.ofLabel(label, random), episode, true, random);
    const disease = this.#table.explanation(label, random);
    if (disease === undefined) return [shown];
    const { side } = shown;
    const told: TrueFinding = {
      concept: disease.concept,
      ...(side !== undefined && disease.sides.includes(side) && { side }),
      entity: disease,
      level: undefined,
      episode: `${episode} told`,
      change: 'new',
      painted: false,
    };
    return [shown, told];
  }

  #drawn(entity: BankEntity, episode: string, painted: boolean, random: Random): TrueFinding {
    const { findings } = this.#settings;
    const side = this.#table.side(entity, random);
    const sites = entity.sites.filter(site => (findings.sites[site] ?? 0) > 0);
    const site =
      sites.length > 0 && random.chance(findings.sited)
        ? random.weighted(some(pickKeys(findings.sites, sites)))
        : undefined;
    const severity = entity.severities.length > 0 ? random.weighted(some(findings.severity)) : undefined;
    const extent = entity.extents.length > 0 ? random.weighted(some(findings.extent)) : 'unsaid';
    const said = severity === 'unsaid' ? undefined : severity;
    return {
      concept: entity.concept,
      ...(side && { side }),
      ...(site && fits(site, side) && { site }),
      ...(said && { severity: said }),
      ...(extent !== 'unsaid' && entity.extents.includes(extent) && { extent }),
      entity,
      level: severity === undefined ? undefined : random.uniform(...LEVELS[severity]),
      episode,
      change: 'new',
      painted,
    };
  }

  /** A finding of the study before as it is now. */
  #gone(before: TrueFinding, random: Random): TrueFinding {
    const { level } = before;
    const { findings, progress } = this.#settings;
    // What stays for good, such as a granuloma, also stays as it is.
    if (level === undefined || findings.lasting.includes(before.concept))
      return { ...before, change: 'unchanged' };
    const change = random.weighted(some(progress));
    const now =
      change === 'increased'
        ? level + (1 - level) * random.uniform(0.25, 0.6)
        : change === 'decreased'
          ? level * random.uniform(0.4, 0.75)
          : level;
    const severity = before.severity && severityOf(now, before.entity.severities);
    return { ...before, ...(severity && { severity }), level: now, change };
  }
}

/** How far a finding of a severity has gone: the bounds of the simulator. */
const LEVELS: Readonly<Record<Severity | 'unsaid', readonly [number, number]>> = {
  unsaid: [0.15, 0.85],
  minimal: [0.05, 0.2],
  mild: [0.2, 0.42],
  moderate: [0.45, 0.72],
  severe: [0.75, 1],
};

function severityOf(level: number, known: readonly Severity[]): Severity {
  const severity = level < 0.2 ? 'minimal' : level < 0.435 ? 'mild' : level < 0.735 ? 'moderate' : 'severe';
  return known.includes(severity) ? severity : 'mild';
}

/** Places that only one side has. */
function fits(site: NonNullable<Finding['site']>, side: Side | undefined): boolean {
  if (site === 'middle lobe') return side === 'right';
  if (site === 'lingula' || site === 'retrocardiac') return side === 'left';
  return true;
}

function pickKeys<K extends string>(
  weights: Readonly<Partial<Record<K, number>>>,
  keys: readonly K[],
): Partial<Record<K, number>> {
  return Object.fromEntries(keys.map(key => [key, weights[key]])) as Partial<Record<K, number>>;
}

/** Weights without those that are not given. */
function some<K extends string>(weights: Readonly<Partial<Record<K, number>>>): Record<K, number> {
  return Object.fromEntries(Object.entries(weights).filter(([, value]) => value !== undefined)) as Record<
    K,
    number
  >;
}
