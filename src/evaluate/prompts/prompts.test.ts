import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SynrayError } from '../../base/index.js';
import { findingsOf } from '../../data/index.js';
import { defaultBank, LexiconTagger } from '../../entities/index.js';
import { isPositive, labelOf, loadPrompts, PublishedVocabulary, Vocabulary } from './index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-prompts-'));
});
afterAll(() => rm(folder, { recursive: true }));

const NIH = [
  'Atelectasis',
  'Cardiomegaly',
  'Consolidation',
  'Edema',
  'Effusion',
  'Emphysema',
  'Fibrosis',
  'Hernia',
  'Infiltration',
  'Mass',
  'Nodule',
  'Pleural_Thickening',
  'Pneumonia',
  'Pneumothorax',
];
const CHEXPERT = [
  'No Finding',
  'Enlarged Cardiomediastinum',
  'Cardiomegaly',
  'Lung Opacity',
  'Lung Lesion',
  'Edema',
  'Consolidation',
  'Pneumonia',
  'Atelectasis',
  'Pneumothorax',
  'Pleural Effusion',
  'Pleural Other',
  'Fracture',
  'Support Devices',
];

describe('the shipped prompts', () => {
  it.each([
    ['nih-14', NIH],
    ['chexpert-14', CHEXPERT],
    ['chexpert-5', ['Atelectasis', 'Cardiomegaly', 'Consolidation', 'Edema', 'Pleural Effusion']],
  ])('%s asks about its classes, each by its own label, in all vocabularies', async (prompts, names) => {
    for (const vocabulary of Vocabulary.options) {
      const set = await loadPrompts({ prompts, vocabulary });
      expect(set.name).toBe(`${prompts}/${vocabulary}`);
      expect(set.classes.map(({ name }) => name)).toEqual(names);
      for (const entry of set.classes) {
        expect(isPositive([entry.name], entry)).toBe(true);
        expect(entry.positive.some(prompt => entry.negative.includes(prompt))).toBe(false);
        for (const prompt of [...entry.positive, ...entry.negative])
          expect(prompt).not.toMatch(/[{}]| {2}|^ /);
      }
    }
  });

  it('count every concept that the bank gives a label for', async () => {
    const sets = { nih: await loadPrompts(), chexpert: await loadPrompts({ prompts: 'chexpert-14' }) };
    for (const { concept, labels } of defaultBank().entities) {
      for (const source of ['nih', 'chexpert'] as const) {
        if (labels[source] === undefined) continue;
        const entry = sets[source].classes.find(({ name }) => name === labels[source])!;
        expect(isPositive([concept], entry), `${concept} as ${labels[source]}`).toBe(true);
      }
    }
  });

  it('are understood by the tagger: the positive sentences say what they should, the negative ones deny it', async () => {
    const tagger = new LexiconTagger();
    for (const prompts of ['nih-14', 'chexpert-14']) {
      for (const entry of (await loadPrompts({ prompts })).classes) {
        // What is there when nothing is there cannot be read as a finding.
        if (entry.unlabelled) continue;
        const sentences = [...entry.positive, ...entry.negative];
        const read = await tagger.tag(sentences.map(findings => ({ findings, impression: '' })));
        const affirmed = read.map(mentions =>
          findingsOf(mentions).some(({ concept }) => entry.labels.has(concept)),
        );
        expect(
          sentences.filter((_, index) => affirmed[index]),
          entry.name,
        ).toEqual(entry.positive);
      }
    }
  });

  it('say "{finding}" and "no {finding}" in the simple vocabulary', async () => {
    const { classes } = await loadPrompts({ vocabulary: 'simple' });
    const effusion = classes.find(({ name }) => name === 'Effusion')!;
    expect(effusion.positive).toEqual(['pleural effusion']);
    expect(effusion.negative).toEqual(['no pleural effusion']);
  });

  it('fill in severities and sides in the ensemble', async () => {
    const { classes } = await loadPrompts();
    const effusion = classes.find(({ name }) => name === 'Effusion')!;
    expect(effusion.positive).toContain('There is a moderate right pleural effusion.');
    expect(effusion.positive).toContain('Small left pleural effusion.');
  });

  it('count the names of sources and of synthetic samples alike, spelled exactly', async () => {
    const nih = new Map((await loadPrompts()).classes.map(entry => [entry.name, entry]));
    expect(isPositive(['Cardiomegaly', 'Pleural Effusion'], nih.get('Effusion')!)).toBe(true);
    expect(isPositive(['pleural effusion'], nih.get('Effusion')!)).toBe(true);
    expect(isPositive(['No Finding'], nih.get('Effusion')!)).toBe(false);
    expect(isPositive(['airspace disease'], nih.get('Infiltration')!)).toBe(true);
    const chexpert = new Map(
      (await loadPrompts({ prompts: 'chexpert-14' })).classes.map(entry => [entry.name, entry]),
    );
    expect(isPositive(['atelectasis'], chexpert.get('Lung Opacity')!)).toBe(true);
    expect(isPositive(['Atelectasis'], chexpert.get('Lung Opacity')!)).toBe(false);
    expect(isPositive([], chexpert.get('No Finding')!)).toBe(true);
    expect(isPositive(['fracture'], chexpert.get('No Finding')!)).toBe(false);
  });
});

describe('the vocabularies of published models', () => {
  const load = async (vocabulary: string, prompts = 'chexpert-14') => {
    const set = await loadPrompts({ prompts, vocabulary });
    return { ...set, of: (name: string) => set.classes.find(entry => entry.name === name)! };
  };

  it('GLoRIA joins severity, subtype and location, and lacks negatives and most classes', async () => {
    const { of, fallbacks } = await load('gloria');
    // 3 severities × 7 subtypes × 10 locations, as its code unfolds.
    expect(of('Atelectasis').positive).toHaveLength(210);
    expect(of('Atelectasis').positive).toContain('mild linear atelectasis at the right lung base');
    expect(of('Atelectasis').negative).toEqual(['no atelectasis']);
    expect(of('Cardiomegaly').positive).toHaveLength(15);
    expect(of('Consolidation').positive).toHaveLength(192);
    expect(of('Edema').positive).toHaveLength(18);
    // 54 in its code, where one subtype is there twice.
    expect(of('Pleural Effusion').positive).toHaveLength(36);
    expect(of('Fracture')).toMatchObject({ positive: ['fracture'], negative: ['no fracture'] });
    expect(fallbacks?.Fracture).toBe('no positive or negative prompts: those of simple');
    expect(fallbacks?.Atelectasis).toBe('no negative prompts: those of simple');
  });

  it('CheXzero and RadZero have a pair for every class, and nothing falls back', async () => {
    const chexzero = await load('chexzero', 'nih-14');
    expect(chexzero.of('Pleural_Thickening').positive).toEqual(['Pleural Thickening']);
    expect(chexzero.of('Pleural_Thickening').negative).toEqual(['no Pleural Thickening']);
    const radzero = await load('radzero');
    expect(radzero.of('Pleural Effusion').positive).toEqual(['There is pleural effusion']);
    expect(radzero.of('Pleural Effusion').negative).toEqual(['There is no pleural effusion']);
    for (const { fallbacks } of [chexzero, radzero]) expect(fallbacks).toBeUndefined();
  });

  it('MGCA has one sentence a class, MedCLIP those of GLoRIA and more', async () => {
    const mgca = await load('mgca');
    expect(mgca.of('Cardiomegaly').positive).toEqual(['The cardiac silhouette is enlarged.']);
    expect(mgca.of('Pleural Effusion').positive).toEqual([
      'The pleural space is partially filled with fluid',
    ]);
    expect(mgca.fallbacks?.Consolidation).toMatch(/positive or negative/);
    const medclip = await load('medclip');
    expect(medclip.of('Atelectasis')).toEqual((await load('gloria')).of('Atelectasis'));
    expect(medclip.of('Pneumonia').positive).toContain('focal bacterial pneumonia at the left lower lobe');
    expect(medclip.of('Pneumonia').positive).toContain('pneumonia');
    const covid = await load('medclip', 'covid');
    expect(covid.of('COVID-19').positive).toContain('patchy ground glass opacity in peripheral');
  });

  it('all give every class of every set something to ask', async () => {
    for (const vocabulary of PublishedVocabulary.options) {
      for (const prompts of ['nih-14', 'chexpert-14', 'rsna', 'siim', 'covid']) {
        for (const { positive, negative } of (await load(vocabulary, prompts)).classes) {
          expect(positive.length).toBeGreaterThan(0);
          expect(negative.length).toBeGreaterThan(0);
        }
      }
    }
  });
});

describe('a vocabulary of one’s own', () => {
  const write = async (text: string) => {
    const path = join(folder, 'words.yaml');
    await writeFile(path, text);
    return path;
  };

  it('is read from its file, extends a shipped one, and prefers what a class has of its own', async () => {
    const vocabulary = await write(
      'extends: mgca\nnegative: ["the chest shows no {finding}"]\nclasses: {Effusion: {words: {side: [left, right]}, positive: ["fluid on the {side}"]}}',
    );
    const { classes, name, fallbacks } = await loadPrompts({ prompts: 'chexpert-5', vocabulary });
    expect(name).toBe(`chexpert-5/${vocabulary}`);
    const of = (wanted: string) => classes.find(entry => entry.name === wanted)!;
    expect(of('Pleural Effusion').positive).toEqual(['fluid on the left', 'fluid on the right']);
    expect(of('Pleural Effusion').negative).toEqual(['the chest shows no pleural effusion']);
    expect(of('Cardiomegaly').positive).toEqual(['The cardiac silhouette is enlarged.']);
    expect(Object.keys(fallbacks!)).toEqual(['Consolidation']);
  });

  it.each([
    ['an unknown word', 'positive: ["{colour} {finding}"]', /words\.yaml.*\{colour\}/],
    ['an unknown key', 'positives: [a]', /words\.yaml.*unknown key "positives"/],
    ['a stranger to extend', 'extends: /etc/passwd', /words\.yaml.*extends/],
    ['nothing left of a sentence', 'words: {x: [""]}\npositive: ["{x}"]', /empty prompt/],
  ])('with %s is refused in one line', async (_, text, message) => {
    const error: unknown = await loadPrompts({ vocabulary: await write(text) }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(SynrayError);
    expect((error as SynrayError).message).toMatch(message);
    expect((error as SynrayError).message).not.toContain('\n');
  });
});

describe('the label of a sample', () => {
  it('is open where the source leaves it open, for that class alone', async () => {
    const { classes } = await loadPrompts({ prompts: 'chexpert-14' });
    const of = (wanted: string) => classes.find(entry => entry.name === wanted)!;
    const sample = { labels: ['Cardiomegaly'], uncertain: ['Pneumonia', 'Edema'] };
    expect(labelOf(sample, of('Cardiomegaly'))).toBe(1);
    expect(labelOf(sample, of('Pneumonia'))).toBe(2);
    expect(labelOf(sample, of('Edema'))).toBe(2);
    expect(labelOf(sample, of('Fracture'))).toBe(0);
    expect(labelOf({ labels: ['Edema'], uncertain: ['Edema'] }, of('Edema'))).toBe(1);
    expect(labelOf({ labels: [] }, of('No Finding'))).toBe(1);
    // Nothing but doubts: neither normal nor not.
    expect(labelOf({ labels: [], uncertain: ['Edema'] }, of('No Finding'))).toBe(2);
    expect(labelOf(sample, of('No Finding'))).toBe(0);
  });
});

/** Loads prompts from a file with this text and gives the error. */
async function faultOf(text: string, set = ''): Promise<SynrayError> {
  const path = join(folder, 'prompts.yaml');
  await writeFile(path, text);
  const error = await loadPrompts({ prompts: `${path}${set}` }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SynrayError)) throw new Error(`expected a SynrayError, got ${String(error)}`);
  expect(error.exitCode).toBe(2);
  return error;
}

const CLASS = 'classes: [{name: A, labels: [a], finding: a, positive: ["a {x}"], negative: [no a]}]';

describe('a prompt file of one’s own', () => {
  it('is read with all its classes, or one of its sets', async () => {
    const path = join(folder, 'mine.yml');
    await writeFile(path, `words: {x: [one, '', "{x}"]}\nsets: {few: {Other name: A}}\n${CLASS}`);
    const all = await loadPrompts({ prompts: path });
    expect(all.classes.map(({ name }) => name)).toEqual(['A']);
    // What a word brings in is not filled in again, so that a file cannot unfold without end.
    expect(all.classes[0]!.positive).toEqual(['A one', 'A', 'A {x}']);
    expect((await loadPrompts({ prompts: `${path}#few` })).classes[0]!.name).toBe('Other name');
  });

  it.each([
    ['an unknown key', `${CLASS}\nclases: []`, /unknown key "clases".*words, sets, classes/],
    [
      'an unknown key in a class',
      CLASS.replace('finding', 'findings: a, finding'),
      /classes\.0: unknown key "findings"/,
    ],
    ['a missing key', 'classes: [{name: A}]', /classes\.0\.labels/],
    ['a word without a list', CLASS, /\{x\}, for which there are no words/],
    ['a word named as a property of every object', CLASS.replace('{x}', '{constructor}'), /\{constructor\}/],
    [
      'a class that is there twice',
      `words: {x: [b]}\n${CLASS.replace(']}]', ']}, {name: A, labels: [b], finding: b, positive: [b], negative: [no b]}]')}`,
      /"A" is there twice/,
    ],
    ['broken YAML', 'classes: [', /prompts\.yaml/],
    [
      'too many combinations',
      `words: {x: [${Array.from({ length: 40 }, (_, i) => `w${i}`).join(', ')}]}\n${CLASS.replace('{x}', '{x} {x} {x}')}`,
      /more than 1000/,
    ],
  ])('with %s is refused in one line that says where', async (_, text, message) => {
    const error = await faultOf(text);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
    expect(error.file).toBe(join(folder, 'prompts.yaml'));
  });

  it('with a set of a class that is not there, or without the set asked for, is refused', async () => {
    const text = `words: {x: [b]}\nsets: {few: {A: B}}\n${CLASS}`;
    expect((await faultOf(text, '#few')).message).toMatch(/names the class "B", which is not in the file/);
    expect((await faultOf(text, '#many')).message).toMatch(/no prompt set "many".*few/);
  });

  it('that is missing is refused, as are unknown sets and vocabularies', async () => {
    await expect(loadPrompts({ prompts: join(folder, 'none.yaml') })).rejects.toThrow(/none\.yaml/);
    await expect(loadPrompts({ prompts: 'nih-15' })).rejects.toThrow(/no prompt set "nih-15".*nih-14/);
    await expect(loadPrompts({ vocabulary: 'poetry' as 'simple' })).rejects.toThrow(
      /simple, ensemble, gloria/,
    );
  });
});
