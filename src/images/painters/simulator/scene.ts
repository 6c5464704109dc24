import type { Random } from '../../../base/index.js';
import type { Finding } from '../../../data/index.js';
import type { ShownFinding } from '../../painter.js';
import { arena } from './arena.js';
import { attenuate, type Hardening, hardeningOf } from './attenuation.js';
import { type Beam, drawBeam } from './beam.js';
import { buildTrunk } from './body.js';
import type { Body } from './body-map.js';
import { Changeable } from './changeable.js';
import { addClutter } from './clutter.js';
import { findingKinds, parents, shownAs } from './findings/index.js';
import type { FindingKind, Placed } from './findings/kind.js';
import { addGas } from './gas.js';
import { addVessels } from './lung-detail.js';
import { drawPatient, type Patient } from './patient.js';
import type { Person } from './person.js';
import type { Map2 } from './raster.js';
import { defaultSite, type SimulatorSite } from './site.js';
import { addSkeleton } from './skeleton.js';

/** A finding of the text as it is shown. */
export interface SceneFinding {
  /** As the text calls it. */
  readonly concept: string;
  readonly kind: FindingKind;
  /** The text calls it minimal or mild. */
  readonly mayBeFaint: boolean;
  placed: Placed;
  readonly random: Random;
}

/** A patient with findings before the beam, from which pictures and twins are made. */
export class Scene {
  readonly size: number;
  readonly findings: readonly SceneFinding[];
  readonly unknown: readonly string[];
  readonly beam: Beam;
  readonly #random: Random;
  /** For what a patient has in every picture. */
  readonly #lasting: Random;
  readonly #plain: Patient;
  readonly #hardening: Hardening;
  /** Anatomies by the set of findings that reshape them. */
  readonly #anatomies = new Map<string, Anatomy>();

  constructor(
    findings: readonly ShownFinding[],
    size: number,
    random: Random,
    site: SimulatorSite = defaultSite,
    person?: Person,
  ) {
    this.size = size;
    this.#random = random;
    this.#lasting = person?.body ?? random;
    this.#plain = drawPatient(random.fork('patient'), site.population, person);
    this.beam = drawBeam(this.#plain, random.fork('beam'), site.beam);
    this.#hardening = hardeningOf(this.beam);
    this.unknown = findings.filter(finding => !isShown(finding.concept)).map(finding => finding.concept);
    this.findings = findings.filter(finding => isShown(finding.concept)).map(finding => this.#place(finding));
  }

  /** View, sex and age; findings do not change them. */
  get patient(): Patient {
    return this.#plain;
  }

  /** The patient as these findings reshape them. */
  shape(findings: readonly SceneFinding[] = this.findings): Patient {
    return this.#anatomy(findings).body.patient;
  }

  /** Log attenuation of the patient with these findings; not to be written to. */
  attenuation(findings: readonly SceneFinding[] = this.findings): Map2 {
    const anatomy = this.#anatomy(findings);
    const changing = findings.filter(finding => finding.kind.change !== undefined);
    if (changing.length === 0) return anatomy.log;
    const result = arena.any(this.size * this.size);
    // The changed tissues are needed for this alone.
    return arena.scoped(() => {
      const target = new Changeable(anatomy.body);
      for (const { kind, placed, random } of changing)
        kind.change?.(target.body, placed, random.fork('change'));
      return attenuate(target.changed, this.#hardening, result, anatomy);
    });
  }

  #anatomy(findings: readonly SceneFinding[]): Anatomy {
    const reshaping = findings.filter(finding => finding.kind.reshape !== undefined);
    const key = reshaping
      .map(finding => `${this.findings.indexOf(finding)}:${finding.placed.strength}`)
      .join();
    let anatomy = this.#anatomies.get(key);
    if (anatomy === undefined) {
      const patient = { ...this.#plain };
      for (const finding of reshaping)
        finding.kind.reshape?.(patient, finding.placed, finding.random.fork('reshape'));
      anatomy = this.#laidOut(patient);
      this.#anatomies.set(key, anatomy);
    }
    return anatomy;
  }

  /** The tissues of a patient. */
  #laidOut(patient: Patient): Anatomy {
    const random = this.#random;
    const lasting = this.#lasting;
    const log = arena.any(this.size * this.size);
    const body = buildTrunk(patient, lasting.fork('trunk'), this.size);
    arena.scoped(() => addVessels(body, lasting.fork('vessels')));
    arena.scoped(() => addSkeleton(body, lasting.fork('skeleton')));
    arena.scoped(() => addGas(body, random.fork('gas')));
    arena.scoped(() => addClutter(body, random.fork('clutter')));
    return { body, log: attenuate(body, this.#hardening, log) };
  }

  #place(finding: ShownFinding): SceneFinding {
    const random = this.#lasting.fork(
      'finding',
      finding.concept,
      finding.side ?? '',
      finding.site ?? '',
      ...(finding.episode === undefined ? [] : [finding.episode]),
    );
    const shown = shownAs(finding, this.#plain.view, random.fork('kind'));
    const kind = findingKinds[shown]!;
    const draw = random.fork('place');
    const drawn = draw.weighted(kind.laterality);
    const side = finding.side ?? sideOf(finding.site) ?? drawn;
    const drawnSeverity = {
      minimal: () => draw.uniform(0.05, 0.2),
      mild: () => draw.uniform(0.2, 0.42),
      moderate: () => draw.uniform(0.45, 0.72),
      severe: () => draw.uniform(0.75, 1),
      unsaid: () => draw.uniform(0.15, 0.85),
    }[finding.severity ?? 'unsaid']();
    return {
      concept: finding.concept,
      kind,
      mayBeFaint: finding.severity === 'minimal' || finding.severity === 'mild',
      random,
      placed: {
        concept: shown,
        sides: side === 'bilateral' ? ['right', 'left'] : [side],
        site: finding.site,
        extent: finding.extent,
        severity: finding.level ?? drawnSeverity,
        strength: 1,
      },
    };
  }
}

/** Lobes that only one lung has. */
function sideOf(site: Finding['site']): 'right' | 'left' | undefined {
  return site === 'middle lobe' ? 'right' : site === 'lingula' ? 'left' : undefined;
}

function isShown(concept: string): boolean {
  return Object.hasOwn(findingKinds, concept) || Object.hasOwn(parents, concept);
}

/** A patient's tissues before findings change them, and what the beam loses in them. */
interface Anatomy {
  readonly body: Body;
  readonly log: Map2;
}
