import { parseAs, readJson } from '../../base/index.js';
import { ANATOMY } from './anatomy.js';
import { BONE_ABNORMALITIES } from './bone-abnormalities.js';
import { CENTRAL_ABNORMALITIES } from './central-abnormalities.js';
import { COUNTED_REPORTS } from './counts.js';
import { DEVICES } from './devices.js';
import { DISEASES } from './diseases.js';
import { entitiesOf } from './entry.js';
import { LUNG_ABNORMALITIES } from './lung-abnormalities.js';
import { NORMALS } from './normals.js';
import { Bank } from './schema.js';

export { Bank, BankEntity, CHEXPERT_LABELS, EntityKind, NIH_LABELS } from './schema.js';

let shipped: Bank | undefined;

/** The bank that ships with synray: about 200 concepts with the words that reports use for them. */
export function defaultBank(): Bank {
  shipped ??= Bank.parse({
    version: 1,
    source: 'synray default bank; counts from reports of Open-i (Indiana University)',
    reports: COUNTED_REPORTS,
    entities: [
      ...entitiesOf('abnormality', LUNG_ABNORMALITIES),
      ...entitiesOf('abnormality', CENTRAL_ABNORMALITIES),
      ...entitiesOf('abnormality', BONE_ABNORMALITIES),
      ...entitiesOf('abnormality', DEVICES),
      ...entitiesOf('disease', DISEASES),
      ...entitiesOf('normal', NORMALS),
      ...entitiesOf('anatomy', ANATOMY),
    ],
  });
  return shipped;
}

/**
 * Reads a bank file (`bank.json`), or gives the shipped bank where no path is given.
 * @throws InputError naming the place in the file that does not fit {@link Bank}.
 */
export async function loadBank(path?: string): Promise<Bank> {
  if (path === undefined) return defaultBank();
  const value = await readJson(path, 'bank', 'give a bank.json made by `synray entities extract`');
  return parseAs(Bank, value, path);
}
