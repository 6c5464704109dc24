export { ComputeFigures } from './compute.js';
export { recipeSchema, studySchema } from './json-schema.js';
export { merge } from './merge.js';
export * from './schema.js';
export { fromRecipe, readStudy, resolveStudy, type Study, type StudyArm, sourceOf } from './study.js';
