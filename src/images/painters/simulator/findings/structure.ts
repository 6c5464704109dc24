import { type LungSide, smoothStep } from '../body-map.js';
import { type Patient, withHeartRatio } from '../patient.js';
import { boxOf, cardiothoracicRatio } from '../shape.js';
import { eitherSide, type FindingKind, midline } from './kind.js';

/** Moves the floor of a lung by this share of the picture, positive up; the top stays. */
export function liftFloor(patient: Patient, side: LungSide, amount: number): void {
  const key = side === 'right' ? 'rightLung' : 'leftLung';
  const lung = patient.contours[key];
  const box = boxOf(lung);
  const moved = lung.slice();
  for (let at = 1; at < lung.length; at += 2) {
    const low = smoothStep(0.45, 0.95, (lung[at]! - box.top) / (box.bottom - box.top));
    moved[at] = lung[at]! - amount * low;
  }
  patient.contours = { ...patient.contours, [key]: moved };
}

/** Lifts the outer end of a floor by this share of the picture, so that it meets the wall flat: scars hold it there. */
export function liftAngle(patient: Patient, side: LungSide, amount: number): void {
  const key = side === 'right' ? 'rightLung' : 'leftLung';
  const lung = patient.contours[key];
  const box = boxOf(lung);
  const moved = lung.slice();
  for (let at = 0; at < lung.length; at += 2) {
    const across = (lung[at]! - box.left) / (box.right - box.left);
    const outer = smoothStep(0.45, 0.95, side === 'right' ? 1 - across : across);
    const low = smoothStep(0.7, 0.95, (lung[at + 1]! - box.top) / (box.bottom - box.top));
    moved[at + 1] = lung[at + 1]! - amount * outer * low;
  }
  patient.contours = { ...patient.contours, [key]: moved };
}

/** Heart wider than half of the chest (0.50 in PA; 0.55 is the usual limit in AP). */
export const cardiomegaly: FindingKind = {
  laterality: midline,
  reshape(patient, placed, random) {
    const base = patient.view === 'PA' ? 0.515 : 0.555;
    const ratio = base + (0.125 * placed.severity + random.uniform(0, 0.015)) * Math.sqrt(placed.strength);
    const now = cardiothoracicRatio(patient.contours);
    patient.contours = withHeartRatio(patient.contours, Math.max(ratio, now + 0.04));
  },
};

/** Shifts heart, windpipe and great vessels by this share of the picture, positive to the patient's left. */
export function pullMediastinum(patient: Patient, amount: number): void {
  patient.mediastinalShift += amount;
  const heart = patient.contours.heart.map((place, at) => (at % 2 === 0 ? place + 0.9 * amount : place));
  patient.contours = { ...patient.contours, heart };
}

/** Widened heart shadow and upper mediastinum. */
export const enlargedMediastinum: FindingKind = {
  laterality: midline,
  reshape(patient, placed) {
    patient.mediastinum *= 1 + (0.35 + 0.7 * placed.severity) * placed.strength;
    patient.aorta = { ...patient.aorta, unfolding: Math.min(1, patient.aorta.unfolding + 0.25) };
  },
};

/** A floor that stands too high. */
export const elevatedDiaphragm: FindingKind = {
  laterality: eitherSide,
  reshape(patient, placed) {
    for (const side of placed.sides)
      liftFloor(patient, side, (0.045 + 0.075 * placed.severity) * placed.strength);
  },
};

/** A shallow breath: both floors stand high and the vessels crowd. */
export const lowVolumes: FindingKind = {
  laterality: midline,
  reshape(patient, placed) {
    const much = (0.04 + 0.07 * placed.severity) * placed.strength;
    liftFloor(patient, 'right', much);
    liftFloor(patient, 'left', much);
    patient.lungDensity *= 1 + 0.25 * placed.severity;
    patient.lowerVessels *= 1.1;
  },
};

/** Bones with little mineral. */
export const osteopenia: FindingKind = {
  laterality: midline,
  reshape(patient, placed) {
    patient.boneDensity *= Math.max(0.45, 1 - (0.25 + 0.25 * placed.severity) * placed.strength);
  },
};

/** Unfolded, wide aorta. */
export const tortuousAorta: FindingKind = {
  laterality: midline,
  reshape(patient, placed) {
    patient.aorta = {
      ...patient.aorta,
      radius: patient.aorta.radius * (1.1 + 0.25 * placed.severity),
      unfolding: 0.75 + 0.5 * placed.severity * placed.strength,
    };
  },
};

/** Side bend of the spine. */
export const scoliosis: FindingKind = {
  laterality: { left: 0.5, right: 0.5, bilateral: 0 },
  reshape(patient, placed) {
    const toward = placed.sides[0] === 'left' ? 1 : -1;
    patient.spineBend = toward * (0.035 + 0.07 * placed.severity) * placed.strength;
  },
};

/** Spurs and worn discs. */
export const spineDegeneration: FindingKind = {
  laterality: midline,
  reshape(patient, placed) {
    patient.spurs = (1 + 1.6 * placed.severity) * placed.strength;
  },
};

/** Wide hilar vessels or nodes. */
export const hilarEnlargement: FindingKind = {
  laterality: { left: 0.25, right: 0.25, bilateral: 0.5 },
  reshape(patient, placed) {
    const hilum = { ...patient.hilum };
    for (const side of placed.sides) hilum[side] *= 1.5 + 0.8 * placed.severity * placed.strength;
    patient.hilum = hilum;
  },
};

/** Full vessels, upper ones as wide as lower. */
export const vascularCongestion: FindingKind = {
  laterality: midline,
  reshape(patient, placed) {
    const more = (0.5 + 0.6 * placed.severity) * placed.strength;
    patient.upperVessels *= 1.2 + 0.4 * more;
    patient.lowerVessels *= 1.1 + 0.2 * more;
    patient.vesselCount = 1;
    patient.hilum = {
      right: patient.hilum.right * (1.1 + 0.3 * more),
      left: patient.hilum.left * (1.1 + 0.3 * more),
    };
  },
};
