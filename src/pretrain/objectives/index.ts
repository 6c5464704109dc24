import { z } from 'zod';
import { Registry } from '../../base/index.js';
import { Clip, ClipSettings } from './clip.js';
import { Convirt, ConvirtSettings } from './convirt.js';
import { Gloria, GloriaSettings } from './gloria.js';
import type { Objective } from './objective.js';
import { Siglip, SiglipSettings } from './siglip.js';

export { Clip, ClipSettings } from './clip.js';
export { Convirt, ConvirtSettings } from './convirt.js';
export { Gloria, GloriaSettings } from './gloria.js';
export { type EncodedPairs, Objective, type ObjectiveLoss } from './objective.js';
export { Siglip, SiglipSettings } from './siglip.js';
export { localSimilarities } from './word-attention.js';

/** Settings of any objective; `name` says which. A new objective is a line here and a line below. */
export const ObjectiveSettings = z.discriminatedUnion('name', [
  ConvirtSettings,
  GloriaSettings,
  ClipSettings,
  SiglipSettings,
]);
export type ObjectiveSettings = z.infer<typeof ObjectiveSettings>;

/** Makes objectives by name. */
export const objectives = new Registry<(settings: ObjectiveSettings) => Objective>('objective', {
  convirt: settings => new Convirt(ConvirtSettings.parse(settings)),
  gloria: settings => new Gloria(GloriaSettings.parse(settings)),
  clip: settings => new Clip(ClipSettings.parse(settings)),
  siglip: settings => new Siglip(SiglipSettings.parse(settings)),
});
