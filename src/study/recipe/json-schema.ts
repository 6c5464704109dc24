import { z } from 'zod';
import { importers } from '../../data/index.js';
import { tasks } from '../../evaluate/index.js';
import { GenerateRecipe } from '../../jobs/index.js';
import { PretrainRecipe } from '../../pretrain/index.js';
import { GrammarSettings, LlmSettings, PlanSettings, WRITERS, WriterChoice } from '../../reports/index.js';
import { StudyRecipe } from './schema.js';
import { EvaluateRecipe } from './single-model.js';

/** A JSON Schema, or a part of one. */
type Schema = Record<string, unknown>;

/**
 * JSON Schema (draft 2020-12) of recipe files of single stages, for completion and checks in editors:
 * `recipes/schema.json`.
 */
export function recipeSchema(): object {
  const File = z
    .strictObject({
      generate: GenerateRecipe,
      pretrain: PretrainRecipe,
      evaluate: EvaluateRecipe,
      plan: PlanSettings,
      reports: z.unknown(),
      images: z.unknown(),
      curation: z.unknown(),
      study: z.unknown(),
    })
    .partial();
  return { title: 'synray recipe', ...jsonSchemaOf(File) };
}

/** The same of recipe files of studies: `recipes/study.schema.json`. */
export function studySchema(): object {
  const schema = jsonSchemaOf(StudyRecipe);
  const properties = at(schema, 'properties');
  // The steps of the study are those of methods that name none.
  const method = at(properties, 'methods', 'additionalProperties');
  leaveOut(method, 'training');
  leaveOut(at(method, 'properties', 'training'), 'steps');
  // Exactly one way for each data set.
  const source = at(properties, 'sources', 'additionalProperties');
  Object.assign(source, { minProperties: 1, maxProperties: 1 });
  at(source, 'properties', 'import', 'properties').format = { type: 'string', enum: importers.names() };
  at(properties, 'tasks', 'additionalProperties', 'properties').task = {
    type: 'string',
    enum: tasks.names(),
  };
  // Ablations name what is different only.
  const ablation = at(properties, 'ablations', 'additionalProperties', 'properties');
  at(ablation, 'sources').additionalProperties = changesOf(source);
  ablation.method = { ...changesOf(method), default: {} };
  return { title: 'synray study', ...schema };
}

function jsonSchemaOf(schema: z.ZodType): Schema {
  const whole = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema !== WriterChoice) return;
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key as keyof typeof jsonSchema];
      Object.assign(jsonSchema, writerSchema());
    },
  });
  return JSON.parse(JSON.stringify(whole)) as Schema;
}

/** A writer by name, or with its settings. */
function writerSchema(): Schema {
  const llm = JSON.parse(JSON.stringify(z.toJSONSchema(LlmSettings, { io: 'input' }))) as Schema;
  delete llm.$schema;
  const grammar = JSON.parse(JSON.stringify(z.toJSONSchema(GrammarSettings, { io: 'input' }))) as Schema;
  const properties = { name: { const: 'llm' }, ...at(llm, 'properties') };
  const named = { type: 'object', required: ['name'], additionalProperties: false };
  return {
    anyOf: [
      { type: 'string', enum: WRITERS.names() },
      { ...named, properties: { name: { const: 'grammar' }, ...at(grammar, 'properties') } },
      { ...llm, properties, required: ['name', ...((llm.required as string[] | undefined) ?? [])] },
    ],
  };
}

/** A schema of which nothing is required: what is named is changed, all else stays. Without defaults, which are not taken. */
function changesOf(schema: Schema): Schema {
  const change = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(change);
    if (typeof value !== 'object' || value === null) return value;
    const kept = Object.entries(value).filter(([key, inner]) => {
      return key !== 'default' && !(key === 'required' && Array.isArray(inner));
    });
    return Object.fromEntries(kept.map(([key, inner]) => [key, change(inner)]));
  };
  return change(schema) as Schema;
}

function at(schema: Schema, ...path: readonly string[]): Schema {
  let inner = schema;
  for (const key of path) inner = inner[key] as Schema;
  return inner;
}

/** The key may be left out. */
function leaveOut(schema: Schema, key: string): void {
  schema.required = ((schema.required as string[] | undefined) ?? []).filter(name => name !== key);
}
