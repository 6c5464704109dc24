import { z } from 'zod';
import { Registry } from '../../base/index.js';
import { Convirt, ConvirtSettings } from './convirt.js';
import type { Objective } from './objective.js';

export { Convirt, ConvirtSettings } from './convirt.js';
export { type EncodedPairs, Objective, type ObjectiveLoss } from './objective.js';

/** Settings of any objective; `name` says which. A new objective is a line here and a line below. */
export const ObjectiveSettings = z.discriminatedUnion('name', [ConvirtSettings]);
export type ObjectiveSettings = z.infer<typeof ObjectiveSettings>;

/** Makes objectives by name. */
export const objectives = new Registry<(settings: ObjectiveSettings) => Objective>('objective', {
  convirt: settings => new Convirt(settings),
});
