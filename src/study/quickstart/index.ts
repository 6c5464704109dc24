export { formatQuickstart, type QuickstartOptions, type QuickstartResult, quickstart } from './quickstart.js';
export { EvaluateRecipe, QuickstartRecipe, readQuickstartRecipe } from './recipe.js';
