import type { Painting, PaintRequest } from '../../painter.js';
import { paintOne } from './paint.js';

/** Entry of a worker thread: paints a few pictures. */
export default function paint(requests: readonly PaintRequest[]): Painting[] {
  return requests.map(request => paintOne(request));
}
