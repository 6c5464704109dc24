import { z } from 'zod';
import { CurationSettings } from '../../curation/index.js';
import { GenerateRecipe, HospitalRecipe } from '../../jobs/index.js';
import { PretrainRecipe } from '../../pretrain/index.js';
import { WriterChoice } from '../../reports/index.js';
import { ComputeFigures } from './compute.js';

/** Names of the study's own things: they become folders and columns. */
export const Name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*$/i, 'expected letters, digits, ".", "_" and "-", a letter or digit first')
  .max(60);

const seed = z.int().nonnegative();
const share = z.number().min(0).max(1);

/** How a data set comes about: exactly one of these ways. */
export const SourceRecipe = z
  .strictObject({
    /** A data set that is there. */
    folder: z.string().min(1).optional(),
    /** `synray import`. */
    import: z
      .strictObject({
        format: z.string(),
        source: z.string(),
        options: z.record(z.string(), z.unknown()).default({}),
      })
      .optional(),
    /** `synray generate`. */
    generate: GenerateRecipe.optional(),
    /** `synray import hospital`: a simulated hospital in place of real data. */
    hospital: HospitalRecipe.optional(),
    /** Another data set, curated. */
    curate: z
      .strictObject({
        of: Name,
        checks: z.array(z.string()).optional(),
        inverted: z.enum(['reject', 'mend']).default('reject'),
        settings: CurationSettings.prefault({}),
      })
      .optional(),
    /** Some patients of another data set: a stretch of them in an order by chance, from 0 to 1. */
    select: z
      .strictObject({
        of: Name,
        patients: z
          .tuple([share, share])
          .refine(([from, to]) => from < to, 'expected [from, to] with from < to')
          .default([0, 1]),
        /** One split of it only. */
        split: z.string().optional(),
        /** Most samples; the first in an order by chance. */
        most: z.int().min(1).optional(),
        seed: seed.default(0),
      })
      .optional(),
    /** The pictures of another data set with reports written anew from their labels. */
    rewrite: z
      .strictObject({ of: Name, writer: WriterChoice.default('grammar'), seed: seed.default(0) })
      .optional(),
    /** The reports of another data set with pictures painted anew. */
    repaint: z
      .strictObject({
        of: Name,
        painter: z.string().default('simulator'),
        size: z.int().min(32).max(2048).default(256),
        seed: seed.default(0),
      })
      .optional(),
  })
  .refine(ways => Object.values(ways).filter(way => way !== undefined).length === 1, {
    message: 'expected exactly one of folder, import, generate, hospital, curate, select, rewrite, repaint',
  });
export type SourceRecipe = z.infer<typeof SourceRecipe>;

/** What models are trained on. */
export const ArmRecipe = z.strictObject({
  /** For tables and plots; the arm's name by default. */
  title: z.string().optional(),
  /** Data set → how often its pairs come up against those of the others. */
  data: z.record(Name, z.number().positive().max(1e6)),
  /** Training steps, where this arm is not to have those of all. */
  steps: z.int().min(1).optional(),
  /** A control is shown beside the arms and takes no part in the headline. */
  control: z.boolean().default(false),
});
export type ArmRecipe = z.infer<typeof ArmRecipe>;

/** How models are trained: the `pretrain` part of other recipes, without its data. */
export const MethodRecipe = PretrainRecipe.omit({ data: true });
export type MethodRecipe = z.infer<typeof MethodRecipe>;

/** What models are asked. */
export const TaskRecipe = z.strictObject({
  /** A task of `synray evaluate`. */
  task: z.string(),
  title: z.string().optional(),
  data: Name,
  /** Tasks of one family are averaged; by default those of one kind with the same share of labels. */
  family: z.string().min(1).max(80).optional(),
  split: z.string().optional(),
  /** The task's own options, as on the command line in camel case. */
  options: z.record(z.string(), z.unknown()).default({}),
});
export type TaskRecipe = z.infer<typeof TaskRecipe>;

/** One arm less another. */
export const DifferenceRecipe = z.strictObject({
  first: Name,
  second: Name,
  /** What a publication claims for it, in the unit of the scores (0.038 for 3.8 points of AUC), with its source. */
  claim: z.strictObject({ value: z.number(), source: z.string() }).optional(),
});
export type DifferenceRecipe = z.infer<typeof DifferenceRecipe>;

/** One arm trained again with something else. */
export const AblationRecipe = z.strictObject({
  /** What it asks, as a sentence for the page. */
  question: z.string(),
  /** The arm that is changed, and that it is held against. */
  of: Name,
  /** Other values for keys of data sets, merged into them. */
  sources: z.record(Name, z.record(z.string(), z.unknown())).default({}),
  /** Other data for the arm. */
  data: ArmRecipe.shape.data.optional(),
  /** Other values for keys of every method. */
  method: z.record(z.string(), z.unknown()).default({}),
  /** The methods that are trained; all by default. */
  methods: z.array(Name).min(1).optional(),
  /** The seeds; those of the study by default. */
  seeds: z.array(seed).min(1).optional(),
  steps: z.int().min(1).optional(),
});
export type AblationRecipe = z.infer<typeof AblationRecipe>;

/** A whole study as a person writes it. */
export const StudyRecipe = z.strictObject({
  title: z.string(),
  /** One training of every arm and method with each of them. */
  seeds: z.array(seed).min(1).max(100).default([1]),
  /** Training steps of every arm and method. */
  steps: z.int().min(1),
  sources: z.record(Name, SourceRecipe),
  arms: z.record(Name, ArmRecipe),
  methods: z.record(Name, MethodRecipe),
  tasks: z.record(Name, TaskRecipe),
  /** What the study is about; every arm less the first one by default. */
  differences: z.array(DifferenceRecipe).min(1).optional(),
  ablations: z.record(Name, AblationRecipe).default({}),
  /** Of the bootstrap. */
  intervals: z
    .strictObject({ rounds: z.int().min(1).max(1_000_000).default(1000), seed: seed.default(0) })
    .prefault({}),
  /** Figures for `--dry-run` of what is not there. They change nothing that is done. */
  compute: ComputeFigures.optional(),
});
export type StudyRecipe = z.infer<typeof StudyRecipe>;
