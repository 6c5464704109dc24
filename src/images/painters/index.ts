import { Registry } from '../../base/index.js';
import type { Painter } from '../painter.js';
import { SimulatorPainter } from './simulator/index.js';

/** The painters that synray knows by name. */
export const painters = new Registry<() => Painter>('painter', {
  simulator: () => new SimulatorPainter(),
});

export {
  decodeReading,
  encodeReading,
  paintOne,
  readingFloor,
  readingSteps,
  redraw,
  SimulatorPainter,
  type SimulatorSettings,
  SimulatorSite,
  type SimulatorSiteInput,
  simulatorConcepts,
} from './simulator/index.js';
