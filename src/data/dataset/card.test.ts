import { describe, expect, it } from 'vitest';
import { sha256 } from '../../base/index.js';
import { datasetCard } from './card.js';
import { addContents, contentsOf, DatasetContents } from './contents.js';
import type { DatasetManifest } from './manifest.js';

const manifest: DatasetManifest = {
  format: 1,
  kind: 'dataset',
  name: 'set',
  fingerprint: sha256('card'),
  provenance: { producer: 'test', version: '0', description: 'Made by the test.' },
  settings: {},
  patients: 2,
  splits: { train: { samples: 2, patients: 2, labels: {}, shards: [] } },
};

describe('datasetCard', () => {
  it('counts outlines and what is left open, and says nothing of what is not there', () => {
    const sample = {
      id: 'a',
      image: { bytes: Uint8Array.of(1), path: 'a.png' },
      findings: '',
      impression: '',
      labels: [],
      uncertain: ['edema', 'mass'],
      patient: 'a',
      view: null,
      sex: null,
      age: null,
      mentions: [],
      regions: [],
      structures: [{ name: 'lungs', mask: Uint8Array.of(1) }],
      verdicts: [],
      source: 'test',
    };
    const contents = addContents(contentsOf([sample]), contentsOf([sample]));
    const card = datasetCard(manifest, contents);
    expect(card).toContain('`structures`: 2 outlines');
    expect(card).toContain('leaves open, 4 in all');
    expect(datasetCard(manifest, DatasetContents.parse({}))).not.toMatch(/`(structures|uncertain)`/);
  });
});
