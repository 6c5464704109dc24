import type { Painting, PaintRequest } from '../../painter.js';
import { paintOne } from './paint.js';
import type { SimulatorSite } from './site.js';

/** What a worker thread is sent. */
export interface PaintJob {
  readonly requests: readonly PaintRequest[];
  readonly site: SimulatorSite;
}

/** Entry of a worker thread: paints a few pictures. */
export default function paint({ requests, site }: PaintJob): Painting[] {
  return requests.map(request => paintOne(request, undefined, site));
}
