import { Random } from '../../../base/index.js';
import { findingsOf } from '../../../data/index.js';
import { boxOf } from '../../box.js';
import type { PaintedRegion, Painting, PaintRequest } from '../../painter.js';
import { arena } from './arena.js';
import { detect } from './beam.js';
import { drawDisplay, show, showDeep } from './display.js';
import { addFrame } from './frame.js';
import { kernels } from './kernels.js';
import type { Map2 } from './raster.js';
import { encodeReading } from './reading.js';
import { Scene, type SceneFinding } from './scene.js';
import { defaultSite, type SimulatorSite } from './site.js';
import { structuresOf } from './structures.js';

const floors = {
  /** Smallest change of the log attenuation that counts as seen, over an area that counts as seen. */
  visible: { contrast: 0.05, area: 0.0006 },
  /** The same for a finding that the text calls minimal or mild: it may be faint, but there. */
  there: { contrast: 0.025, area: 0.0003 },
};

/**
 * Paints one picture. With `without`, the same patient, beam and noise lack that finding (the twin); its
 * regions are those of the findings that stay.
 */
export function paintOne(
  request: PaintRequest,
  without?: string,
  site: SimulatorSite = defaultSite,
): Painting {
  arena.takeBack(request.size * request.size);
  const random = Random.of(request.seed, request.id, 'image', request.attempt);
  const { size } = request;
  const { person, shown: asked = findingsOf(request.mentions) } = request;
  const body = person && Random.of(request.seed, person.id, 'body');
  const scene = new Scene(asked, size, random, site, person && body && { ...person, body });
  let shown = scene.attenuation();
  const changes = new Map<SceneFinding, Change>();
  for (const finding of scene.findings) {
    // The visibility floor: a finding too faint to be seen is drawn again, stronger.
    for (let attempt = 0; ; attempt++) {
      const change = changeOf(scene, finding, shown);
      changes.set(finding, change);
      if (attempt === 3 || isSeen(change, finding.mayBeFaint ? 'there' : 'visible', size)) break;
      finding.placed = { ...finding.placed, strength: finding.placed.strength * 1.5 };
      shown = scene.attenuation();
    }
  }
  const kept = scene.findings.filter(finding => finding.concept !== without);
  if (kept.length < scene.findings.length) shown = scene.attenuation(kept);
  const { patient } = scene;
  const { pixels, deepPixels, reading } = develop(scene, shown, random, site, request.bits === 16);
  const unknown = [...scene.unknown];
  const regions = kept.flatMap(finding => {
    const region = regionOf(finding, changes.get(finding)!, size);
    if (region === undefined) {
      unknown.push(finding.concept);
      return [];
    }
    if (request.twins !== true) return region;
    const rest = kept.filter(other => other !== finding);
    const log = scene.attenuation(rest);
    return { ...region, twin: arena.scoped(() => develop(scene, log, random, site).pixels) };
  });
  return {
    pixels,
    size,
    ...(deepPixels && { deepPixels }),
    ...(request.attenuation === true && { attenuation: encodeReading(reading) }),
    view: patient.view,
    sex: patient.sex,
    age: patient.age,
    regions,
    ...(request.structures === true && { structures: structuresOf(scene.shape(kept), size) }),
    unknown,
  };
}

/** What the machine makes of a log attenuation: the same beam, noise, display and frame for any of one scene. */
function develop(
  scene: Scene,
  log: Map2,
  random: Random,
  site: SimulatorSite,
  deep = false,
): { pixels: Uint8Array; deepPixels: Uint16Array | undefined; reading: Map2 } {
  const { patient, beam, size } = scene;
  const reading = detect(log, size, patient, beam, random.fork('noise'));
  const display = drawDisplay(patient.view, random.fork('display'), site.display);
  const pixels = show(reading, size, display);
  const deepPixels = deep ? showDeep(reading, size, display) : undefined;
  const bare = deepPixels && pixels.slice();
  addFrame(pixels, size, patient, random.fork('frame'), site.frame);
  // Words and borders are the same in both depths.
  if (deepPixels !== undefined)
    for (let at = 0; at < pixels.length; at++)
      if (pixels[at] !== bare![at]) deepPixels[at] = 257 * pixels[at]!;
  return { pixels, deepPixels, reading };
}

/** What a finding changes. */
interface Change {
  /** |difference of the log attenuation| to the twin without the finding. */
  readonly map: Map2;
  readonly most: number;
  /** Pixels above each floor's contrast. */
  readonly visible: number;
  readonly there: number;
}

function changeOf(scene: Scene, finding: SceneFinding, shown: Map2): Change {
  const twin = scene.attenuation(scene.findings.filter(other => other !== finding));
  const map = arena.any(twin.length);
  const found = new Float64Array(3);
  kernels().difference(scene.size, shown, twin, map, floors.there.contrast, floors.visible.contrast, found);
  return { map, there: found[0]!, visible: found[1]!, most: Math.max(1e-6, found[2]!) };
}

function isSeen(change: Change, floor: keyof typeof floors, size: number): boolean {
  return change[floor] >= floors[floor].area * size * size;
}

/** Where the finding is; undefined when it changed nothing. */
function regionOf(finding: SceneFinding, change: Change, size: number): PaintedRegion | undefined {
  const { map, most } = change;
  const scale = 255 / most;
  const scaled = new Uint8Array(map.length);
  for (let at = 0; at < map.length; at++) scaled[at] = map[at]! * scale + 0.5;
  const box = boxOf(scaled, size);
  if (box === undefined) return undefined;
  const { sides } = finding.placed;
  const middle = finding.kind.laterality.bilateral === 1;
  const side = sides.length === 2 ? 'bilateral' : sides[0];
  return {
    concept: finding.concept,
    ...(middle || side === undefined ? {} : { side }),
    change: scaled,
    box,
    ...(isSeen(change, 'visible', size) ? {} : { faint: true }),
  };
}
