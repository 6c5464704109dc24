import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sectionParts, sectionsOf, splitReport, unwrapLines } from './index.js';

const lines = (...text: string[]) => text.join('\n');
/** Sections with white space made one space, as people compare them. */
const read = (text: string) => {
  const { findings, impression } = sectionsOf(text);
  const plain = (section: string) => section.replace(/\s+/g, ' ');
  return [plain(findings), plain(impression)];
};

/** Report shapes of real archives, with sentences of our own: text, findings, impression. */
const SHAPES: [name: string, text: string, findings: string, impression: string][] = [
  [
    'all headings, indented, wrapped, with a banner',
    lines(
      '                                 FINAL REPORT',
      ' EXAMINATION:  CHEST (PA AND LAT)',
      ' ',
      ' INDICATION:  ___ year old man with cough.  // pneumonia?',
      ' ',
      ' TECHNIQUE:  Chest PA and lateral',
      ' ',
      ' COMPARISON:  ___',
      ' ',
      ' FINDINGS: ',
      ' ',
      ' The lungs are clear.  There is no',
      ' effusion.',
      ' ',
      ' IMPRESSION: ',
      ' ',
      ' No acute disease.',
    ),
    'The lungs are clear. There is no effusion.',
    'No acute disease.',
  ],
  [
    'a merged section',
    'HISTORY: Fall.\n\nFINDINGS AND IMPRESSION: No fracture.\n\nHeart is normal.',
    'No fracture. Heart is normal.',
    '',
  ],
  ['another merged section', 'FINDINGS/IMPRESSION:\nNo fracture.', 'No fracture.', ''],
  ['the same, turned round', 'Impression and Findings: Clear.', 'Clear.', ''],
  [
    'no findings heading: a paragraph after the comparison',
    lines(
      'INDICATION: Dyspnea.',
      '',
      'COMPARISON: None.',
      '',
      'The heart is large.',
      '',
      'Lungs are clear.',
      '',
      'IMPRESSION: Cardiomegaly.',
    ),
    'The heart is large. Lungs are clear.',
    'Cardiomegaly.',
  ],
  [
    'a paragraph headed by its views',
    'COMPARISON: None.\n\nPA AND LATERAL VIEWS OF THE CHEST: The lungs are clear.\n\nIMPRESSION: Normal.',
    'The lungs are clear.',
    'Normal.',
  ],
  [
    'no headings at all, but a title',
    'CHEST RADIOGRAPH PERFORMED ON ___\n\nClear lungs.\n\nNo pneumothorax.',
    'Clear lungs. No pneumothorax.',
    '',
  ],
  ['nothing but a sentence', 'Clear lungs.', 'Clear lungs.', ''],
  [
    'a wet read before the final report',
    lines(
      ' WET READ: ___ 8:20 PM',
      '  Large effusion.',
      ' ______________________________',
      '                       FINAL REPORT',
      ' FINDINGS: Small effusion.',
      '',
      ' IMPRESSION: Effusion.',
    ),
    'Small effusion.',
    'Effusion.',
  ],
  ['a wet read alone', 'WET READ: Large effusion.', 'Large effusion.', ''],
  [
    'an addendum at the end',
    'FINDINGS: Clear.\nIMPRESSION: Normal.\n\n*** ADDENDUM ***\nThere is a nodule on review.',
    'Clear. There is a nodule on review.',
    'Normal.',
  ],
  [
    'an addendum before, with a section of its own',
    'ADDENDUM: A nodule is seen.\nIMPRESSION: Nodule.\n\nFINAL REPORT\nFINDINGS: Clear.\nIMPRESSION: Normal.',
    'A nodule is seen. Clear.',
    'Nodule. Normal.',
  ],
  [
    'recommendation, notification and signature',
    lines(
      'FINDINGS: A nodule.',
      'IMPRESSION: Nodule.',
      '',
      'RECOMMENDATION(S):  CT to exclude metastasis.',
      '',
      'NOTIFICATION:  Pneumothorax was discussed with Dr. ___.',
      '',
      'Electronically signed by ___',
    ),
    'A nodule.',
    'Nodule.',
  ],
  [
    'a signature without a heading before it',
    'IMPRESSION: Nodule.\nElectronically signed by Dr. Edema on ___',
    '',
    'Nodule.',
  ],
  [
    'one line, as tables hold it',
    'FINAL REPORT EXAMINATION: CHEST (PA AND LAT) INDICATION: ___F WITH CHF TECHNIQUE: Chest PA COMPARISON: None. FINDINGS: Clear lungs. IMPRESSION: No edema.',
    'Clear lungs.',
    'No edema.',
  ],
  ['capitalised headings in a line', 'Findings: Clear lungs. Impression: Normal.', 'Clear lungs.', 'Normal.'],
  [
    'headings without a colon',
    'FINDINGS The lungs are clear.\nIMPRESSION\nNormal chest.',
    'The lungs are clear.',
    'Normal chest.',
  ],
  [
    'headings alone on their lines',
    'Findings\nClear lungs.\n\nImpression\nNormal.',
    'Clear lungs.',
    'Normal.',
  ],
  ['headings in lower case', 'findings: clear lungs.\nimpression: normal.', 'clear lungs.', 'normal.'],
  ['markdown headings', '**FINDINGS:** Clear.\n## Impression\nNormal.', 'Clear.', 'Normal.'],
  [
    'Windows line ends',
    'FINDINGS:\r\nClear lungs.\r\n\r\nIMPRESSION:\r\nNormal.\r\n',
    'Clear lungs.',
    'Normal.',
  ],
  ['a list', 'IMPRESSION:\n 1. Effusion.\n 2. No edema.', '', '1. Effusion. 2. No edema.'],
  ['synonyms', 'FINDINGS: Clear.\nCONCLUSION: Normal.', 'Clear.', 'Normal.'],
  ['a British opinion', 'REPORT\nClear.\nOPINION: Normal.', 'Clear.', 'Normal.'],
  ['repeated sections', 'FINDINGS: A.\nIMPRESSION: B.\nFINDINGS: C.\nIMPRESSION: D.', 'A. C.', 'B. D.'],
  [
    'headings of organs inside of the findings',
    'FINDINGS:\nLUNGS: Clear.\nHEART: Normal.\nCHEST WALL: Intact.\nIMPRESSION: Normal.',
    'LUNGS: Clear. HEART: Normal. CHEST WALL: Intact.',
    'Normal.',
  ],
  [
    'a view named inside of the impression',
    'IMPRESSION:\nAP CHEST: Large effusion.',
    '',
    'AP CHEST: Large effusion.',
  ],
  ['an empty section', 'FINDINGS:\n\nIMPRESSION: Normal.', '', 'Normal.'],
  ['only what was asked', 'INDICATION: Pneumonia?\nTECHNIQUE: PA.', '', ''],
];

describe('sections of free text', () => {
  it.each(SHAPES)('%s', (_, text, ...sections) => {
    expect(read(text)).toEqual(sections);
  });

  it('takes no sentence for a heading', () => {
    const text = lines(
      'FINDINGS: The patient has the following',
      'findings: a nodule. Findings suggest edema.',
      'Impression on the trachea by a goiter.',
      'Compared to prior study: no change.',
    );
    expect(read(text)[1]).toBe('');
    expect(read(text)[0]).toContain('Impression on the trachea');
  });

  it('are disjoint stretches of the text in order, with nothing lost but headings and white space', () => {
    const word = fc.constantFrom(
      ...[
        'FINDINGS:',
        'Impression:',
        'IMPRESSION',
        'ADDENDUM',
        'FINAL REPORT',
        'WET READ:',
        'PA AND LATERAL:',
        '\n',
      ],
      ...[
        'COMPARISON:',
        'clear lungs.',
        'No',
        'effusion',
        '___',
        '\n\n',
        '\r\n',
        ' ',
        '1.',
        'ÄÖ',
        '💥',
        ':',
        'A:',
      ],
    );
    const report = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(word, { maxLength: 40 }).map(words => words.join(' ')),
      fc.array(word, { maxLength: 40 }).map(words => words.join('')),
    );
    fc.assert(
      fc.property(report, text => {
        let before = 0;
        for (const { start, end } of splitReport(text)) {
          expect(start).toBeGreaterThanOrEqual(before);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(text.slice(start, end).trim()).toBe(text.slice(start, end));
          before = end;
        }
        expect(before).toBeLessThanOrEqual(text.length);
        before = 0;
        for (const { start, end } of sectionParts(text)) {
          expect(start).toBeGreaterThanOrEqual(before);
          expect(end).toBeGreaterThan(start);
          before = end;
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps all words of a text that names nothing', () => {
    const words = fc.array(fc.constantFrom('clear', 'lungs', 'no', 'effusion.', '\n', '\n\n'), {
      minLength: 1,
    });
    fc.assert(
      fc.property(words, parts => {
        const text = parts.join(' ');
        expect(read(text)[0]).toBe(text.replace(/\s+/g, ' ').trim());
      }),
    );
  });

  it.each([
    ['white space', ' '.repeat(1 << 20)],
    ['headings', 'AGE:'.repeat(1 << 18)],
    ['views', 'PA:\n'.repeat(1 << 18)],
    ['capitals', 'A '.repeat(1 << 19)],
    ['one word', 'A'.repeat(1 << 20)],
    ['stars', `${'*'.repeat(1 << 20)}x`],
    ['line ends', '\n'.repeat(1 << 20)],
  ])('takes time in proportion to a hostile text of %s', (_, text) => {
    const started = performance.now();
    sectionsOf(text);
    unwrapLines(text);
    expect(performance.now() - started).toBeLessThan(4000);
  });
});

describe('lines that were broken because they were full', () => {
  const wrapped = lines(
    ' The heart is normal in size. The lungs are clear without focal consolidation, no',
    ' pneumothorax. There is a small left effusion. There is also a tube that ends at',
    ' T4. Old fractures.',
    ' ',
    ' No free air.',
  );

  it('are joined, and each character keeps its place', () => {
    const text = unwrapLines(wrapped);
    expect(text).toHaveLength(wrapped.length);
    expect(text).toContain('consolidation, no  pneumothorax');
    expect(text).toContain('ends at  T4.');
    expect(text).toContain('\n \n No free air.');
  });

  it('are told from lines that are statements', () => {
    for (const text of [
      'No effusion\nHeart size is normal and the lungs are clear of any consolidation\nNo pneumothorax',
      'IMPRESSION\n1. Left lower lobe opacity\n2. No edema\n- no effusion',
    ]) {
      expect(unwrapLines(text)).toBe(text);
    }
    expect(unwrapLines('No evidence\nof effusion')).toBe('No evidence of effusion');
    expect(unwrapLines('No edema,\r\nEffusion')).toBe('No edema,  Effusion');
  });

  it('never change the length or any other character', () => {
    const text = fc
      .array(fc.constantFrom('a', 'B', ' ', '\n', '\r', '.', ',', '1.', '-', 'long words here'))
      .map(parts => parts.join(''));
    fc.assert(
      fc.property(text, given => {
        const blank = (value: string) => value.replace(/\s/g, ' ');
        expect(blank(unwrapLines(given))).toBe(blank(given));
      }),
    );
  });
});
