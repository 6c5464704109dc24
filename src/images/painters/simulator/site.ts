import { z } from 'zod';

/** Bounds of an even draw. */
const range = (low: number, high: number) => z.tuple([z.number(), z.number()]).default([low, high]);
/** Mean and deviation of a normal draw. */
const normal = (mean: number, deviation: number) =>
  z.tuple([z.number(), z.number().nonnegative()]).default([mean, deviation]);
const chance = (share: number) => z.number().min(0).max(1).default(share);
/** The same for who stands and for who sits or lies. */
const byView = (draw: typeof range, frontal: Bounds, bedside: Bounds) =>
  z.strictObject({ PA: draw(...frontal), AP: draw(...bedside) }).prefault({});
type Bounds = readonly [number, number];

/**
 * Where pictures are taken: who is there, the machine, how it shows what it measured, what is written on it. The
 * defaults are those of the simulator; another hospital is another set of these.
 */
export const SimulatorSite = z.strictObject({
  population: z
    .strictObject({
      /** Added to the draw of body build (deviations; 0 is a depth of chest of 21.5 cm), and its deviation. */
      habitus: normal(0, 1),
      /** How far outlines of lungs and heart spread about the mean, against the measured set. */
      shapes: z.number().min(0).max(2).default(1),
      /** Side of the picture in cm at the patient. */
      field: range(36, 43),
      /** Added to the cardiothoracic ratio. */
      heart: z.number().min(-0.1).max(0.15).default(0),
      /** g/cm³ of aerated lung. */
      lungDensity: range(0.16, 0.27),
    })
    .prefault({}),
  beam: z
    .strictObject({
      /** 0: the softest beam (about 60 kV), 1: the hardest (about 125 kV). */
      hardness: byView(range, [0.6, 1], [0.15, 0.75]),
      /** Scattered over primary signal behind the middle of the chest. */
      scatter: byView(range, [0.15, 0.6], [0.5, 1.6]),
      /** Photons that count at a pixel of 0.2 mm behind nothing; drawn evenly in the logarithm. */
      exposure: range(80_000, 1_200_000),
      /** Blur of the detector: deviation in cm; at the bedside 1.3 times as much. */
      blur: range(0.02, 0.05),
    })
    .prefault({}),
  display: z
    .strictObject({
      /** Grey (0 to 1) of well-aerated lung, and of the densest parts before the curve bends. */
      lungGrey: byView(normal, [0.38, 0.08], [0.43, 0.07]),
      denseGrey: byView(normal, [1.03, 0.08], [0.87, 0.08]),
      gamma: range(0.85, 1.2),
      /** Machines that raise detail strongly and even out the rest. */
      strong: chance(0.14),
      /** Gain of fine detail, and of detail the size of ribs, of the other machines. */
      sharpen: range(0, 0.9),
      detail: byView(range, [0, 0.5], [0.1, 0.8]),
      equalise: range(0, 0.18),
      shoulder: range(0.5, 0.7),
      /** Grey of the unattenuated beam, and how often it is black. */
      floor: range(0, 0.1),
      black: chance(0.25),
      /** Pictures whose greys were equalised later. */
      flattened: chance(0.06),
    })
    .prefault({}),
  frame: z
    .strictObject({
      /** Pictures on which edges of the collimator show. */
      collimated: chance(0.38),
      /** How far in they reach at most, fraction of the side. */
      inset: z.number().min(0).max(0.2).default(0.045),
      /** Pictures with a letter for the side, how often that is L, and how often initials are beside it. */
      marker: chance(0.85),
      markerLeft: chance(0.85),
      initials: chance(0.4),
      initialsOf: z.array(z.string()).min(1).default(['BM', 'LO', 'SB', 'MS', 'TU']),
      /** Pictures at the bedside with words, which, and how often an arrow tells what was up. */
      words: chance(0.6),
      wordsOf: z.array(z.string()).min(1).default(['PORTABLE', 'AP', 'AP PORTABLE', 'SUPINE']),
      arrow: chance(0.5),
    })
    .prefault({}),
});
export type SimulatorSite = z.output<typeof SimulatorSite>;
/** A site as a person writes it: all has defaults. */
export type SimulatorSiteInput = z.input<typeof SimulatorSite>;

/** The simulator's own site. */
export const defaultSite: SimulatorSite = SimulatorSite.parse({});
