import { describe, expect, it } from 'vitest';
import type { PlannedEntity } from '../../data/index.js';
import { BankEntity, defaultBank } from '../../entities/index.js';
import { PlanAudit } from './index.js';

const unknown = [
  ['increased hilar markings', 'ABNORMALITY', 'abnormality'],
  ['decreased hilar markings', 'ABNORMALITY', 'abnormality'],
  ['hilar markings', 'NON-ABNORMALITY', 'abnormality'],
  ['left tracheal deviation', 'ABNORMALITY', 'abnormality'],
  ['right tracheal deviation', 'ABNORMALITY', 'abnormality'],
  ['streaky lung change', 'ABNORMALITY', 'abnormality'],
] as const;
const entities = [
  ...defaultBank().entities,
  ...unknown.map(([concept, type, kind]) =>
    BankEntity.parse({ concept, type, kind, synonyms: [], count: 1 }),
  ),
];

/** Findings as `+name`, denials and normal statements as `-name`, with attributes after a comma: `+lung nodule, right upper lobe`. */
function broken(...said: string[]): number {
  const planned = said.map((text): PlannedEntity & { number: number } => {
    const [name, place = ''] = text.slice(1).split(', ');
    const number = entities.findIndex(
      ({ concept, type }) => concept === name && type.startsWith('NON-') === text.startsWith('-'),
    );
    if (number < 0) throw new Error(`no ${text}`);
    const { concept, type } = entities[number]!;
    const [side, ...site] = place.split(' ');
    return Object.assign(
      { number, concept, type },
      place === '' ? {} : { side: side as 'left' },
      site.length === 0 ? {} : { site: site.join(' ') as 'upper lobe' },
    );
  });
  return new PlanAudit(entities).broken(
    planned.map(({ number }) => number),
    planned,
  );
}

describe('PlanAudit', () => {
  it.each([
    ['+cardiomegaly', '-normal heart size'],
    ['-clear lungs', '+pneumonia, left lower lobe'],
    ['-intact bones', '+fracture'],
    ['-pneumothorax', '+pneumothorax, left'],
    ['-normal chest', '+azygos lobe'],
    ['-support device', '+pacemaker'],
    ['-lung opacity', '+consolidation'],
    ['+low lung volumes', '+hyperinflation'],
    ['+increased hilar markings', '+decreased hilar markings'],
    ['+increased hilar markings', '-normal hila'],
    ['+increased hilar markings', '-hilar markings'],
    ['+left tracheal deviation', '+right tracheal deviation'],
    ['+left tracheal deviation', '-midline trachea'],
    ['+streaky lung change', '-clear lungs'],
    ['+lung resection, right upper lobe', '+lung nodule, right upper lobe'],
    ['+lung resection, right upper lobe', '+lung nodule, bilateral upper lobe'],
    ['+lung resection, left upper lobe', '+scarring, left lingula'],
    ['+lung resection, right', '+lung nodule, right lower lobe'],
    ['+absent breast, left', '+nipple shadow, bilateral'],
  ])('sees that %s contradicts %s', (one, other) => {
    expect(broken(one, other)).toBeGreaterThan(0);
    expect(broken(other, '+kyphosis', one)).toBeGreaterThan(0);
  });

  it.each([
    ['+cardiomegaly', '-clear lungs'],
    ['-pneumothorax', '+pleural effusion, left'],
    ['+lung resection, right upper lobe', '+lung nodule, right lower lobe'],
    ['+lung resection, right upper lobe', '+lung nodule, left upper lobe'],
    ['+lung resection, right', '+lung nodule, left'],
    ['+absent breast, left', '+nipple shadow, right'],
    ['+subcutaneous emphysema', '-pneumomediastinum'],
    ['+left tracheal deviation', '-clear lungs'],
  ])('lets %s stand beside %s', (one, other) => {
    expect(broken(one, other)).toBe(0);
  });
});
