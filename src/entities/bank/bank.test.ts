import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../base/index.js';
import { LexiconTagger } from '../lexicon/tagger.js';
import { inflections } from '../lexicon/words.js';
import { CHEXPERT_LABELS, defaultBank, loadBank, NIH_LABELS } from './index.js';

const bank = defaultBank();
const concepts = new Set(bank.entities.map(entity => entity.concept));

/** The names that all of synray agrees on. */
const AGREED =
  'cardiomegaly; pleural effusion; pneumothorax; consolidation; pneumonia; atelectasis; pulmonary edema; lung nodule; lung mass; emphysema; pulmonary fibrosis; pleural thickening; hiatal hernia; infiltrate; lung opacity; enlarged cardiomediastinum; fracture; support device; endotracheal tube; central venous catheter; nasogastric tube; pacemaker; chest tube; sternal wires; lung lesion; pleural abnormality; hyperinflation; interstitial thickening; granuloma; calcification; hilar enlargement; aortic tortuosity; aortic calcification; scoliosis; elevated diaphragm; bronchiectasis; cavity; scarring; free air; vascular congestion; spine degeneration; normal heart size; normal mediastinum; clear lungs; normal pulmonary vasculature; intact bones; sharp costophrenic angles; normal chest; tuberculosis; copd; heart failure; lung cancer; pneumonitis';

describe('the default bank', () => {
  it('has at least 200 concepts, the agreed ones among them', () => {
    expect(concepts.size).toBeGreaterThanOrEqual(200);
    expect(AGREED.split('; ').filter(concept => !concepts.has(concept))).toEqual([]);
  });

  it('lists each concept once per type', () => {
    const keys = bank.entities.map(({ concept, type }) => `${type} ${concept}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('gives no phrase to two concepts, in any inflection', () => {
    const owners = new Map<string, string>();
    const shared: string[] = [];
    for (const { concept, synonyms, readings, denied } of bank.entities) {
      for (const phrase of [...synonyms, ...readings, ...denied]) {
        for (const form of inflections(phrase).map(words => words.join(' '))) {
          const owner = owners.get(form) ?? concept;
          if (owner !== concept) shared.push(`${form}: ${owner}, ${concept}`);
          owners.set(form, owner);
        }
      }
    }
    expect(shared).toEqual([]);
  });

  it('covers all labels of NIH ChestX-ray14 and of CheXpert', () => {
    const nih = new Set(bank.entities.map(entity => entity.labels.nih));
    const chexpert = new Set(bank.entities.map(entity => entity.labels.chexpert));
    expect(NIH_LABELS.filter(label => !nih.has(label))).toEqual([]);
    expect(CHEXPERT_LABELS.filter(label => !chexpert.has(label))).toEqual([]);
  });

  it('excludes only concepts that it has', () => {
    expect(
      bank.entities.flatMap(entity => entity.excludes).filter(concept => !concepts.has(concept)),
    ).toEqual([]);
  });

  it('is read back: the tagger knows each concept by each of its synonyms', () => {
    const tagger = new LexiconTagger(bank);
    const wrong = bank.entities
      .filter(
        entity => entity.type === 'ABNORMALITY' || entity.type === 'DISEASE' || entity.kind === 'normal',
      )
      .flatMap(({ concept, synonyms }) =>
        synonyms
          .filter(synonym => tagger.readSection(`There is ${synonym}.`, 'findings')[0]?.concept !== concept)
          .map(synonym => `${synonym} is not read as ${concept}`),
      );
    expect(wrong).toEqual([]);
  });
});

describe('a bank file', () => {
  it('is read back as it was written', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'synray-bank-')), 'bank.json');
    await writeFile(path, JSON.stringify(bank));
    expect(await loadBank(path)).toEqual(bank);
  });

  it('that is missing, no JSON or of another shape is one clear error', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'synray-bank-'));
    const written = async (name: string, text: string) => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    };
    await expect(loadBank(join(folder, 'none.json'))).rejects.toThrow(InputError);
    await expect(loadBank(await written('a.json', '{"version": 1,'))).rejects.toThrow(
      /a\.json: no bank can be read/,
    );
    const odd = { ...bank, entities: [{ ...bank.entities[0], colour: 'red' }] };
    await expect(loadBank(await written('b.json', JSON.stringify(odd)))).rejects.toThrow(
      /at entities\.0: unknown key "colour"/,
    );
  });
});
