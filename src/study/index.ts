export * from './corpus-page/index.js';
export * from './curation-page/index.js';
export * from './doctor/index.js';
export { type QuickstartOptions, quickstart } from './quickstart/index.js';
export { EvaluateRecipe, SingleModelRecipe } from './recipe/single-model.js';
export * from './report/index.js';
export { type StudyCommand, type StudyForm, type StudyResult, study, studyAnswer } from './study.js';
