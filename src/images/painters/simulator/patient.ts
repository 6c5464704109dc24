import type { Random } from '../../../base/index.js';
import type { View } from '../../../data/index.js';
import type { Person } from './person.js';
import { boxOf, type Contours, cardiothoracicRatio, drawContours, mapContours, thoraxOf } from './shape.js';
import { defaultSite, type SimulatorSite } from './site.js';

/** All that is drawn at random about a patient and how they stand before the beam. Lengths in cm. */
export interface Patient {
  view: View;
  sex: 'F' | 'M';
  age: number;
  /** Side of the picture in cm at the patient. */
  field: number;
  contours: Contours;
  /** x of the middle of the chest before any finding. */
  middle: number;
  /** Height of each lung from its top to the costophrenic angle before any finding, fraction of the side. */
  lungHeight: { right: number; left: number };
  /** Outer depth of the chest from front to back. */
  depth: number;
  /** Chest wall (muscle and fat) at the sides. */
  wallThickness: number;
  /** Share of the soft tissue that is fat. */
  fatShare: number;
  /** Breast: greatest depth; 0 for none. */
  breast: number;
  /** Sideways turn: shift of the front against the back as a fraction of the side. */
  rotation: number;
  /** Arms: 0 hang down, 1 stretched to the side. */
  armLift: number;
  /** How far the shoulder blades lie over the lungs, 0 to 1. */
  scapulaOverlap: number;
  /** g/cm³ of aerated lung. */
  lungDensity: number;
  /** Share of the lungs' density that is uneven. */
  lungTexture: number;
  /** Thickness of vessels against the usual, in the upper and the lower half. */
  upperVessels: number;
  lowerVessels: number;
  /** Share of vessel branches that are kept. */
  vesselCount: number;
  /** How far heart, windpipe and great vessels are pushed or pulled: fraction of the side, positive to the patient's left. */
  mediastinalShift: number;
  /** How far each hilum is pulled up, fraction of the side. */
  hilumRise: { right: number; left: number };
  /** Size of the hilar vessels against the usual. */
  hilum: { right: number; left: number };
  /** Aortic arch and descending aorta: radius and how far it unfolds. */
  aorta: { radius: number; unfolding: number; calcified: number };
  /** Widening of the upper mediastinum against the usual. */
  mediastinum: number;
  /** Mineral of the bones against the usual. */
  boneDensity: number;
  /** Side bend of the spine: fraction of the side, positive to the patient's left. */
  spineBend: number;
  /** Bony spurs of the spine, 0 none. */
  spurs: number;
}

/**
 * Draws a patient. Nothing here depends on what the report says.
 * @param known - Somebody who is pictured more than once: the same body, placed before the beam anew.
 */
export function drawPatient(
  random: Random,
  population: SimulatorSite['population'] = defaultSite.population,
  known?: Person,
): Patient {
  const lasting = known?.body ?? random;
  const person = lasting.fork('person');
  const drawnView = person.weighted({ PA: 0.55, AP: 0.33, 'AP supine': 0.12 });
  const drawnSex = person.chance(0.45) ? 'F' : 'M';
  const drawnAge = Math.round(person.chance(0.85) ? person.uniform(25, 88) : person.uniform(16, 95));
  const { view, sex, age } = known ?? { view: drawnView, sex: drawnSex, age: drawnAge };
  const frontal = view === 'PA';
  const [heavier, spread] = population.habitus;
  const habitus = person.truncatedNormal((frontal ? 0 : 0.25) + heavier, spread, 2);
  const old = Math.max(0, (age - 50) / 40);
  const contours = placeContours(lasting.fork('contours'), view, population, known && random.fork('pose'));
  const thorax = thoraxOf(contours);
  const patient: Patient = {
    view,
    sex,
    age,
    field: person.uniform(...population.field),
    contours,
    middle: thorax.middle,
    lungHeight: {
      right: thorax.angle.right - thorax.apex.right,
      left: thorax.angle.left - thorax.apex.left,
    },
    depth: 21.5 + 2.6 * habitus + (sex === 'M' ? 1 : -0.5) + person.normal(0, 0.8),
    wallThickness: Math.max(1.6, 4.5 + 1.6 * habitus + person.normal(0, 0.5)),
    fatShare: clamp(0.22 + 0.1 * habitus + (sex === 'F' ? 0.06 : 0), 0.05, 0.6),
    breast: sex === 'F' ? Math.max(0, person.normal(2 + 0.9 * habitus, 0.9)) : 0,
    ...drawStance(person, view),
    lungDensity: person.uniform(...population.lungDensity),
    lungTexture: person.uniform(0.03, 0.12),
    upperVessels: person.uniform(0.75, 1.05),
    lowerVessels: person.uniform(0.9, 1.2),
    vesselCount: person.uniform(0.8, 1),
    mediastinalShift: 0,
    hilumRise: { right: 0, left: 0 },
    hilum: { right: person.uniform(0.8, 1.2), left: person.uniform(0.8, 1.2) },
    aorta: {
      radius: person.uniform(1.15, 1.6) + 0.25 * old,
      unfolding: clamp(person.normal(0.15 + 0.3 * old, 0.15), 0, 0.65),
      calcified: age > 60 && person.chance(0.3) ? person.uniform(0.2, 0.6) : 0,
    },
    mediastinum: person.uniform(0.9, 1.12) + (frontal ? 0 : view === 'AP' ? 0.06 : 0.15),
    boneDensity: clamp(person.normal(1.04 - 0.18 * old, 0.12), 0.78, 1.4),
    spineBend: person.normal(0, 0.006),
    spurs: Math.max(0, person.normal(0.5 * old, 0.25)),
  };
  return known === undefined ? patient : { ...patient, ...drawStance(random.fork('stance'), view) };
}

/** How somebody stands before the beam that day. */
function drawStance(person: Random, view: View): Pick<Patient, 'rotation' | 'armLift' | 'scapulaOverlap'> {
  const frontal = view === 'PA';
  return {
    rotation: person.normal(0, frontal ? 0.008 : 0.016),
    armLift: person.chance(frontal ? 0.6 : 0.5) ? person.uniform(0.35, 1.1) : person.uniform(0, 0.35),
    scapulaOverlap: frontal ? person.uniform(0, 0.45) : person.uniform(view === 'AP' ? 0.35 : 0.6, 1),
  };
}

/**
 * Contours in the frame of a clinical picture: smaller than in the measured set; in AP narrower, and the floors
 * higher against the tops. Places and spreads are set so that the tops, floors and walls that a
 * steepest-edge search finds agree with those of 146 PA and 219 AP normals of NIH ChestX-ray14.
 */
function placeContours(
  random: Random,
  view: View,
  { shapes, heart: larger }: SimulatorSite['population'],
  day?: Random,
): Contours {
  const frontal = view === 'PA';
  const contours = drawContours(random.fork('shape'), shapes);
  const place = (day ?? random).fork('place');
  const scale = place.truncatedNormal(frontal ? 0.89 : 0.86, frontal ? 0.1 : 0.085);
  const aspect = place.truncatedNormal(frontal ? 1.03 : 0.94, 0.05);
  const shiftX = place.truncatedNormal(0, 0.036, 2.5);
  const shiftY = place.truncatedNormal(frontal ? 0.025 : 0.075, 0.05, 2.5);
  const tilt = place.normal(0, frontal ? 0.012 : 0.025);
  // Breath: the floor of the lungs moves, their top stays; who lies breathes less deeply.
  const breath = frontal
    ? place.truncatedNormal(1, 0.08)
    : place.truncatedNormal(view === 'AP' ? 0.94 : 0.88, 0.08);
  // Each floor stands a little higher or lower than the other.
  const floors = { right: place.normal(0.004, 0.013), left: place.normal(-0.004, 0.016) };
  const placed = mapContours(contours, (x, y) => {
    const u = (x - 0.5) * scale * aspect;
    const v = (y - 0.42) * scale;
    const below = y - 0.12;
    const floor = x < 0.5 ? floors.right : floors.left;
    const breathed = below > 0 ? v - (1 - breath) * below * scale - floor * (below / 0.6) ** 2 : v;
    return [0.5 + shiftX + u - tilt * breathed, 0.4 + shiftY + breathed + tilt * u];
  });
  // Heart width: for PA as measured in JSRT normals, 0.472 ± 0.055, less its far ends; larger in AP by projection
  // (source nearer, shallow breath).
  const own = day === undefined ? place : random.fork('heart');
  const ratio = own.truncatedNormal((frontal ? 0.468 : 0.495) + larger, 0.06, 1.6);
  const aside = own.truncatedNormal(-0.019, 0.009);
  const heart = placed.heart.map((part, at) => (at % 2 === 0 ? part + aside : part));
  return withHeartRatio({ ...placed, heart }, ratio);
}

/**
 * Widens or narrows the heart to this cardiothoracic ratio about a line a third from its right border, and
 * lets its height follow in part; the inner edges of the lungs move with it.
 */
export function withHeartRatio(contours: Contours, ratio: number): Contours {
  const factor = ratio / cardiothoracicRatio(contours);
  const heart = boxOf(contours.heart);
  const pivot = heart.left + 0.36 * (heart.right - heart.left);
  const tall = 1 + 0.45 * (factor - 1);
  const points: number[] = [];
  for (let at = 0; at < contours.heart.length; at += 2) {
    const x = contours.heart[at]!;
    const y = contours.heart[at + 1]!;
    points.push(pivot + (x - pivot) * factor, heart.bottom + (y - heart.bottom) * tall);
  }
  return { ...contours, heart: points };
}

export function clamp(value: number, low: number, high: number): number {
  return value < low ? low : Math.min(value, high);
}
