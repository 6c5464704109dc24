export { GROUPS } from './groups.js';
export { NEVER_BILATERAL, PLACE_RULES, type PlaceRule, placesExclude, USUAL_SIDES } from './places.js';
export { conceptsOf, namedByRules, phrasesOf, RULES, type Rule, unfold } from './statements.js';
export { OPPOSITE_BEGINNINGS, OPPOSITES, subjectOf } from './words.js';
