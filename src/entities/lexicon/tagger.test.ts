import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mention } from '../../data/index.js';
import { defaultBank } from '../bank/index.js';
import { LexiconTagger } from './tagger.js';

const tagger = new LexiconTagger();
const everything = new LexiconTagger(defaultBank(), { unknown: true });

/** A mention in short: `concept`, `no concept`, `? concept`, then its attributes. Anatomy is left out. */
function inShort(mention: Mention): string {
  const sign = { affirmed: '', negated: 'no ', uncertain: '? ' }[mention.polarity];
  const { side, site, severity, extent, change } = mention;
  const attributes = [side, site, severity, extent, change].filter(value => value !== undefined);
  return `${sign}${mention.concept}${attributes.length > 0 ? ` (${attributes.join(', ')})` : ''}`;
}

function read(text: string): string[] {
  return tagger
    .readSection(text, 'findings')
    .filter(mention => mention.type !== 'ANATOMY')
    .map(inShort);
}

/** Sentences as reports say them, with what is read in them. */
const SENTENCES: [text: string, ...expected: string[]][] = [
  // Findings with side, site, severity.
  ['There is a moderate left pleural effusion.', 'pleural effusion (left, moderate)'],
  ['Small right apical pneumothorax.', 'pneumothorax (right, apex, mild)'],
  ['A nodule is seen in the right upper lobe.', 'lung nodule (right, upper lobe)'],
  ['Left lower lobe consolidation.', 'consolidation (left, lower lobe)'],
  ['Consolidation in the left lower lobe.', 'consolidation (left, lower lobe)'],
  ['Bibasilar atelectasis is mild.', 'atelectasis (bilateral, base, mild)'],
  ['Bilateral pleural effusions, right greater than left.', 'pleural effusion (bilateral)'],
  ['A large mass in the lingula.', 'lung mass (lingula, severe)'],
  ['Patchy opacities throughout both lungs.', 'lung opacity (bilateral, patchy)'],
  ['Diffuse interstitial thickening.', 'interstitial thickening (diffuse)'],
  [
    'Trace left effusion and mild right basilar atelectasis.',
    'pleural effusion (left, minimal)',
    'atelectasis (right, base, mild)',
  ],
  ['Biapical scarring.', 'scarring (bilateral, apex)'],
  ['Retrocardiac opacity.', 'lung opacity (retrocardiac)'],
  ['RLL pneumonia.', 'pneumonia (right, lower lobe)'],
  ['The effusion on the right is large.', 'pleural effusion (right, severe)'],
  ['Right-sided PICC with tip in the SVC.', 'central venous catheter (right)'],
  [
    'Effusion is seen on the left and a nodule on the right.',
    'pleural effusion (left)',
    'lung nodule (right)',
  ],
  // Subject and predicate.
  ['The heart is mildly enlarged.', 'cardiomegaly (mild)'],
  ['Enlargement of the cardiac silhouette.', 'cardiomegaly'],
  ['Heart size is normal.', 'normal heart size'],
  [
    'Heart size and mediastinal contours are within normal limits.',
    'normal heart size',
    'normal mediastinum',
  ],
  [
    'Normal heart size, mediastinal contour and hila.',
    'normal heart size',
    'normal mediastinum',
    'normal hila',
  ],
  ['The heart is not enlarged.', 'no cardiomegaly'],
  ['Lungs are clear.', 'clear lungs'],
  ['The lungs are hyperinflated but clear.', 'hyperinflation'],
  ['Clear lungs. Normal heart.', 'clear lungs', 'normal heart size'],
  ['Costophrenic angles are sharp.', 'sharp costophrenic angles'],
  ['Blunting of the left costophrenic angle.', 'costophrenic blunting (left)'],
  ['The right hemidiaphragm is elevated.', 'elevated diaphragm (right)'],
  ['The aorta is tortuous and calcified.', 'aortic tortuosity', 'aortic calcification'],
  ['There is a tortuous thoracic aorta.', 'aortic tortuosity'],
  ['Calcification of the aorta.', 'aortic calcification'],
  ['Degenerative changes of the thoracic spine.', 'spine degeneration'],
  ['Degenerative changes of the shoulders.', 'shoulder degeneration'],
  ['There are prominent interstitial markings.', 'interstitial thickening'],
  ['The pulmonary vasculature is normal.', 'normal pulmonary vasculature'],
  ['Heart is normal lungs are clear.', 'normal heart size', 'clear lungs'],
  ['Calcified right hilar lymph nodes.', 'calcified lymph node (right)'],
  // Denied.
  ['No pneumothorax or pleural effusion.', 'no pneumothorax', 'no pleural effusion'],
  [
    'No pneumothorax, pleural effusion, or focal consolidation is seen.',
    'no pneumothorax',
    'no pleural effusion',
    'no consolidation',
  ],
  ['Lungs are clear without focal consolidation.', 'clear lungs', 'no consolidation'],
  ['Without evidence of pneumonia.', 'no pneumonia'],
  ['The lungs are free of infiltrate.', 'no infiltrate'],
  ['The lungs are clear of focal airspace disease.', 'no airspace disease'],
  ['Negative for pneumothorax.', 'no pneumothorax'],
  ['Pleural effusion is not seen.', 'no pleural effusion'],
  ['There is neither effusion nor pneumothorax.', 'no pleural effusion', 'no pneumothorax'],
  ['No large effusion.', 'no pleural effusion'],
  ['No effusion, but there is a nodule.', 'no pleural effusion', 'lung nodule'],
  ['No effusion, heart is normal.', 'no pleural effusion', 'normal heart size'],
  ['No pneumothorax.. Mild cardiomegaly.', 'no pneumothorax', 'cardiomegaly (mild)'],
  ['No evidence to suggest pneumonia.', 'no pneumonia'],
  ['Interval removal of left chest tube.', 'no chest tube (left)'],
  ['No acute cardiopulmonary abnormality.', 'normal chest'],
  ['Negative for acute disease.', 'normal chest'],
  ['No acute bony abnormality.', 'intact bones'],
  // In doubt.
  ['Cannot exclude pneumonia.', '? pneumonia'],
  ['Small effusion cannot be excluded.', '? pleural effusion (mild)'],
  [
    'Patchy right basilar opacity may represent atelectasis or pneumonia.',
    'lung opacity (right, base, patchy)',
    '? atelectasis',
    '? pneumonia',
  ],
  ['Atelectasis versus infiltrate.', '? atelectasis', '? infiltrate'],
  ['Opacity concerning for pneumonia.', 'lung opacity', '? pneumonia'],
  ['Possible left nodule.', '? lung nodule (left)'],
  ['Pneumonia is unlikely.', '? pneumonia'],
  ['Opacity, likely atelectasis.', 'lung opacity', 'atelectasis'],
  // Change.
  ['No significant change in left effusion.', 'pleural effusion (left, unchanged)'],
  ['Stable cardiomegaly.', 'cardiomegaly (unchanged)'],
  ['The pneumothorax has resolved.', 'no pneumothorax (resolved)'],
  ['Interval increase in right effusion.', 'pleural effusion (right, increased)'],
  ['New left lower lobe opacity.', 'lung opacity (left, lower lobe, new)'],
  ['Improving pulmonary edema.', 'pulmonary edema (decreased)'],
];

describe('the lexicon tagger', () => {
  it.each(SENTENCES)('reads %s', (text, ...expected) => {
    expect(read(text)).toEqual(expected);
  });

  it('gives a denied abnormality and a denied disease the NON types', () => {
    const types = tagger
      .readSection('No effusion. No pneumonia. Effusion. Pneumonia.', 'findings')
      .map(m => m.type);
    expect(types).toEqual(['NON-ABNORMALITY', 'NON-DISEASE', 'ABNORMALITY', 'DISEASE']);
  });

  it('calls a normal statement NON-ABNORMALITY and affirmed', () => {
    const [mention] = tagger.readSection('No acute cardiopulmonary disease.', 'impression');
    expect(mention).toMatchObject({
      concept: 'normal chest',
      type: 'NON-ABNORMALITY',
      polarity: 'affirmed',
      section: 'impression',
      text: 'No acute cardiopulmonary disease',
    });
  });

  it('names the anatomy that no finding has taken, with its side', () => {
    const mentions = tagger.readSection(
      'The left clavicle and the trachea. Nodule in the right upper lobe.',
      'findings',
    );
    expect(mentions.filter(m => m.type === 'ANATOMY').map(inShort)).toEqual(['clavicle (left)', 'trachea']);
  });

  it('reads a line as a sentence, so that a denial does not reach over its end', () => {
    expect(read('No effusion\nCardiomegaly')).toEqual(['no pleural effusion', 'cardiomegaly']);
  });

  it.each([
    [
      'FINDINGS: There is no focal consolidation, pleural\n effusion, or pneumothorax.',
      'no consolidation',
      'no pleural effusion',
      'no pneumothorax',
    ],
    [
      'The lungs are hyperinflated, and there is no evidence of a new or enlarging\nPneumothorax.',
      'hyperinflation',
      'no pneumothorax',
    ],
    ['There is a small right\r\n   pleural effusion', 'pleural effusion (right, mild)'],
    [
      'No effusion or\nPneumothorax\n\nCardiomegaly',
      'no pleural effusion',
      'no pneumothorax',
      'cardiomegaly',
    ],
    ['No pneumothorax\n- mild edema', 'no pneumothorax', 'pulmonary edema (mild)'],
    ['1. No pneumonia\n2. cardiomegaly', 'no pneumonia', 'cardiomegaly'],
    ['LUNGS: No consolidation\nHEART: Enlarged', 'no consolidation', 'cardiomegaly'],
  ])('reads on over the end of a line that was broken for its width: %j', (text, ...expected) => {
    expect(read(text)).toEqual(expected);
    for (const { start, end, text: said } of tagger.readSection(text, 'findings')) {
      expect(text.slice(start, end)).toBe(said);
    }
  });

  it('knows British spelling', () => {
    expect(read('Pulmonary oedema.')).toEqual(['pulmonary edema']);
  });

  it('makes no phrase of what was taken out of a report', () => {
    const text = "XXXX's contour is smooth. The XXXX margin is clear. There is a jagged contour.";
    const phrases = everything.readSection(text, 'findings').map(mention => mention.text);
    expect(phrases).toContain('jagged contour');
    expect(phrases.filter(phrase => /xxxx/i.test(phrase))).toEqual([]);
  });

  it('gives unknown noun phrases when asked, typed by their head and with polarity', () => {
    const text = 'No tracheobronchial irregularity. Mild costochondral deformity.';
    expect(tagger.readSection(text, 'findings')).toEqual([]);
    expect(everything.readSection(text, 'findings').map(m => [m.concept, m.type])).toEqual([
      ['tracheobronchial irregularity', 'NON-ABNORMALITY'],
      ['costochondral deformity', 'ABNORMALITY'],
    ]);
  });
});

/** Text made of the words that the rules act on, in any order. */
const reportText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...SENTENCES.flatMap(([text]) => text.split(' '))),
      fc.constantFrom(
        'no',
        'not',
        'without',
        'or',
        'and',
        ',',
        '.',
        ';',
        '\n',
        '-',
        'XXXX',
        '1.2',
        'may',
        'versus',
        'change',
        'in',
      ),
      fc.string({ maxLength: 6, unit: 'grapheme' }),
    ),
    { maxLength: 40 },
  )
  .map(words => words.join(' '));

describe('for any text', () => {
  it('offsets cut out the text of the mention, and mentions are sorted', () => {
    fc.assert(
      fc.property(fc.oneof(reportText, fc.string({ unit: 'binary', maxLength: 200 })), text => {
        let last = 0;
        for (const mention of everything.readSection(text, 'findings')) {
          expect(text.slice(mention.start, mention.end)).toBe(mention.text);
          expect(mention.text.length).toBeGreaterThan(0);
          expect(mention.start).toBeGreaterThanOrEqual(last);
          last = mention.start;
        }
      }),
      { numRuns: 300 },
    );
  });

  it('reads any Unicode without a fault', () => {
    const unicode = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.string({ unit: 'grapheme-composite', maxLength: 200 }),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(unicode, reportText), { maxLength: 4 }), parts => {
        everything.read({ findings: parts.join('\n'), impression: parts.join('') });
      }),
      { numRuns: 200 },
    );
  });

  it('reads the same again, alone or among others', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(reportText, { minLength: 1, maxLength: 4 }), async texts => {
        const reports = texts.map(findings => ({ findings, impression: '' }));
        const together = await tagger.tag(reports);
        expect(together).toEqual(reports.map(report => tagger.read(report)));
      }),
      { numRuns: 50 },
    );
  });

  it('a text after a full stop on a new line changes nothing before it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SENTENCES), fc.constantFrom(...SENTENCES), ([first], [second]) => {
        expect(read(`${first}\n${second}`)).toEqual([...read(first), ...read(second)]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('hostile text', () => {
  it.each([
    ['one endless word', 'a'.repeat(100_000)],
    ['dashes', '-'.repeat(100_000)],
    ['an endless sentence', 'no left nodule, '.repeat(5_000)],
    ['many subjects and predicates', 'calcified aorta '.repeat(5_000)],
    ['denials', 'no '.repeat(100_000)],
    ['words with tabs between', 'no\teffusion\t'.repeat(50_000)],
    ['lines', 'no\n'.repeat(100_000)],
    ['brackets', ') ( effusion '.repeat(10_000)],
    [
      'a sentence of 200,000 letters',
      'left effusion and right nodule with no change in the mass, '.repeat(3_500),
    ],
    ['words that are nearly right', 'pnuemothorax cardiomegally effusoin '.repeat(10_000)],
  ])('such as %s takes no time that grows with its square', { timeout: 60_000 }, (_, text) => {
    // Of the processor, since the machine may have more to do.
    const started = process.cpuUsage();
    everything.readSection(text, 'findings');
    // Seconds where the square of the length counted: 100 or more.
    expect(process.cpuUsage(started).user).toBeLessThan(5e6);
  });
});
