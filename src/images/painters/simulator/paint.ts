import { Random } from '../../../base/index.js';
import { findingsOf } from '../../../data/index.js';
import type { PaintedRegion, Painting, PaintRequest } from '../../painter.js';
import { detect } from './beam.js';
import { drawDisplay, show } from './display.js';
import { addFrame } from './frame.js';
import type { Map2 } from './raster.js';
import { Scene, type SceneFinding } from './scene.js';

/** Smallest change of the log attenuation that counts as seen, over an area that counts as seen. */
const visible = { contrast: 0.05, area: 0.0006 };

/**
 * Paints one picture. With `without`, the same patient, beam and noise lack that finding (the twin); its
 * regions are those of the findings that stay.
 */
export function paintOne(request: PaintRequest, without?: string): Painting {
  const random = Random.of(request.seed, request.id, 'image', request.attempt);
  const { size } = request;
  const scene = new Scene(findingsOf(request.mentions), size, random);
  let shown = scene.attenuation();
  const changes = new Map<SceneFinding, Map2>();
  for (const finding of scene.findings) {
    // The visibility floor: a finding too faint to be seen is drawn again, stronger.
    for (let attempt = 0; ; attempt++) {
      const change = changeOf(scene, finding, shown);
      changes.set(finding, change);
      if (attempt === 3 || isVisible(change)) break;
      finding.placed = { ...finding.placed, strength: finding.placed.strength * 1.5 };
      shown = scene.attenuation();
    }
  }
  const kept = scene.findings.filter(finding => finding.concept !== without);
  if (kept.length < scene.findings.length) shown = scene.attenuation(kept);
  const { patient, beam } = scene;
  const reading = detect(shown, size, patient, beam, random.fork('noise'));
  const pixels = show(reading, size, drawDisplay(patient.view, random.fork('display')));
  addFrame(pixels, size, patient, random.fork('frame'));
  return {
    pixels,
    size,
    view: patient.view,
    sex: patient.sex,
    age: patient.age,
    regions: kept.map(finding => regionOf(finding, changes.get(finding)!)),
    unknown: scene.unknown,
  };
}

/** |difference of the log attenuation| to the twin without the finding. */
function changeOf(scene: Scene, finding: SceneFinding, shown: Map2): Map2 {
  const rest = scene.findings.filter(other => other !== finding);
  const change = scene.attenuation(rest);
  for (let at = 0; at < change.length; at++) change[at] = Math.abs(shown[at]! - change[at]!);
  return change;
}

function isVisible(change: Map2): boolean {
  let seen = 0;
  for (const value of change) if (value > visible.contrast) seen++;
  return seen >= visible.area * change.length;
}

function regionOf(finding: SceneFinding, change: Map2): PaintedRegion {
  let most = 1e-6;
  for (const value of change) if (value > most) most = value;
  const scaled = new Uint8Array(change.length);
  for (let at = 0; at < change.length; at++) scaled[at] = Math.round((255 * change[at]!) / most);
  const { sides } = finding.placed;
  const middle = finding.kind.laterality.bilateral === 1;
  const side = sides.length === 2 ? 'bilateral' : sides[0];
  return { concept: finding.concept, ...(middle || side === undefined ? {} : { side }), change: scaled };
}
