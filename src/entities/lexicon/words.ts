/** British and compound spellings, brought to the ones of the bank. */
const SPELLINGS: Readonly<Record<string, string>> = {
  oedema: 'edema',
  oedematous: 'edematous',
  tumour: 'tumor',
  haemothorax: 'hemothorax',
  haemorrhage: 'hemorrhage',
  fibre: 'fiber',
  oesophagus: 'esophagus',
  oesophageal: 'esophageal',
  calibre: 'caliber',
  disk: 'disc',
  disks: 'discs',
  osseus: 'osseous',
  cardiomediastinum: 'cardiomediastinal',
  xray: 'x ray',
  radiographs: 'radiograph',
};

/** Plurals that the rules below would get wrong. */
const IRREGULAR: Readonly<Record<string, string>> = {
  apex: 'apices',
  hilum: 'hila',
  bulla: 'bullae',
  vertebra: 'vertebrae',
  granuloma: 'granulomas',
  sulcus: 'sulci',
  bronchus: 'bronchi',
  embolus: 'emboli',
  focus: 'foci',
  mediastinum: 'mediastinums',
};

/** The words of a phrase as the tagger compares them: lower case, no hyphens, one spelling. */
export function normalWord(token: string): string {
  const lower = token.toLowerCase();
  return SPELLINGS[lower] ?? lower;
}

/** The words of a bank phrase. */
export function phraseWords(phrase: string): string[] {
  return phrase
    .toLowerCase()
    .split(/[\s-]+/)
    .filter(word => word !== '')
    .map(normalWord);
}

/** The regular English plural of a word, with the Latin ones of radiology. */
export function plural(word: string): string {
  const irregular = IRREGULAR[word];
  if (irregular !== undefined) return irregular;
  if (/[^u]sis$/.test(word)) return `${word.slice(0, -2)}es`;
  if (/(s|x|z|ch|sh)$/.test(word)) return `${word}es`;
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return `${word}s`;
}

/**
 * All inflections of a phrase: as it is and with its head in the plural. The head is the last word, or the
 * word before the first preposition ("elevation of the diaphragm"), where both may be plural.
 */
export function inflections(phrase: string): string[][] {
  const words = phraseWords(phrase);
  const forms = [words, [...words.slice(0, -1), plural(words.at(-1)!)]];
  const preposition = words.findIndex(word => word === 'of' || word === 'in' || word === 'under');
  if (preposition <= 0) return forms;
  return forms.flatMap(form => [
    form,
    [...form.slice(0, preposition - 1), plural(form[preposition - 1]!), ...form.slice(preposition)],
  ]);
}

/** Words and marks after which a sentence speaks of something else. */
export const CONTRASTS: readonly string[] = [
  ';',
  'but',
  'however',
  'although',
  'while',
  'whereas',
  'though',
  'yet',
  'except',
];
