import type { Random } from '../../../base/index.js';
import type { KnownPerson } from '../../painter.js';

/** Somebody who may be pictured again and again: what lasts is drawn from a stream of their own. */
export interface Person extends KnownPerson {
  /** Build, organs, vessels, bones, and how each episode of a finding looks. */
  readonly body: Random;
}
