import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { readYaml, UsageError } from '../../base/index.js';
import { Side, Site } from '../../data/index.js';
import { NIH_LABELS } from '../../entities/index.js';
import { pictureFaultNames, SimulatorSite } from '../../images/index.js';
import { StyleSettings } from '../../reports/index.js';

const share = z.number().min(0).max(1);
const weight = z.number().nonnegative();
/** Names and how often each comes up against the others. */
const weights = <K extends z.ZodType<string>>(names: K) =>
  z
    .partialRecord(names, weight)
    .refine(
      entries => Object.values(entries).some(value => (value ?? 0) > 0),
      'expected one weight above 0 at least',
    );

/**
 * A hospital: who comes, what they have, how they are pictured, and how that is reported. The shipped ones are
 * `a.yaml` and `b.yaml`, where every figure stands beside its source.
 */
export const HospitalSettings = z.strictObject({
  /** Begins the ids of its patients. */
  name: z.string().regex(/^[a-z][a-z0-9]{0,15}$/, 'expected up to 16 lower-case letters and digits'),
  title: z.string(),
  /** Split of the data set. */
  split: z.string().regex(/^[a-z][a-z0-9_]*$/, 'expected lower-case letters, digits and _'),
  /** Whether findings come with boxes and masks. An archive of real pictures has none. */
  regions: z.boolean(),
  patients: z.strictObject({
    /** Weight of each age band by its first year: a factor on the people that the table of label sets holds. */
    ages: z.partialRecord(z.enum(['20', '35', '50', '65', '80']), weight),
    /** How many studies a patient has, and how often. */
    studies: z.record(z.string().regex(/^[1-9]\d*$/), weight),
    /** Of pictures taken at the bedside, those of patients who lie. */
    supine: share,
    /** Years between one study and the next: mean of an exponential draw. */
    interval: z.number().positive(),
  }),
  /** How much a study tells of the next one of the same patient: the correlation of each of them. */
  persistence: z.strictObject({
    labels: z.record(z.enum(NIH_LABELS), share),
    view: share,
    devices: share,
    others: share,
  }),
  /** What becomes of a finding that is still there. */
  progress: weights(z.enum(['unchanged', 'increased', 'decreased'])),
  findings: z.strictObject({
    /** How often each is on the left, the right and both sides; `others` for all that is not named. */
    sides: z.record(z.string(), z.record(Side, weight)),
    /** What is never on both sides. */
    oneSided: z.array(z.string()),
    /** How often it is told where it lies besides its side, and where. */
    sited: share,
    sites: weights(Site),
    severity: weights(z.enum(['unsaid', 'minimal', 'mild', 'moderate', 'severe'])),
    extent: weights(z.enum(['unsaid', 'focal', 'patchy', 'multifocal', 'diffuse'])),
    /** Diseases that are said of what one of the fourteen labels shows, and of which labels. */
    explain: z.record(z.string(), z.array(z.enum(NIH_LABELS)).min(1)),
    /** Concepts that only stand for others in reports, or that one of the labels shows already: not drawn. */
    umbrellas: z.array(z.string()),
    /** What stays for good once it is there. */
    lasting: z.array(z.string()),
    /** Lines, tubes and the like at the bedside: share of pictures with any, and counts of each. */
    bedside: z.strictObject({ any: share, counts: z.record(z.string(), weight) }),
  }),
  reports: z.strictObject({
    /** Findings that the picture shows and the report leaves out. */
    omitted: share,
    /** Places, degrees and extents that are left out. */
    unspecific: share,
    /** Vague words in place of exact ones: what is said, in place of what, and how often. */
    vague: z.array(z.strictObject({ say: z.string(), of: z.array(z.string()).min(1), share })),
    /** Reports without findings that say hardly more than that. */
    terse: share,
    /** Reports with an impression only, and those without sections. */
    impressionOnly: share,
    noSections: share,
    /** Of reports with an earlier study, those that speak of it; of what they then say of a finding. */
    compared: share,
    changeSaid: share,
    /** What opens such a report, and what says that nothing is new. */
    comparisons: z.array(z.string()).min(1),
    noChange: z.array(z.string()).min(1),
    /** Reports that are the last one again, where nothing has changed and where something has. */
    copied: z.strictObject({ unchanged: share, changed: share }),
    /** Reports with errors of typing or dictation, and those of them that change the meaning. */
    errors: share,
    materialErrors: share,
    styles: z.array(StyleSettings).min(1),
  }),
  pictures: z.strictObject({
    /** Pictures that are no use, and of which kind. */
    bad: share,
    kinds: weights(z.enum(pictureFaultNames as [string, ...string[]])),
    site: SimulatorSite,
  }),
});
export type HospitalSettings = z.output<typeof HospitalSettings>;

/**
 * The settings of a hospital.
 * @param choice - `a` or `b`, or the path of a YAML file.
 * @throws UsageError when there is no such file, or it does not fit {@link HospitalSettings}.
 */
export async function readHospital(choice: string): Promise<HospitalSettings> {
  const shipped = fileURLToPath(new URL(`./${choice}.yaml`, import.meta.url));
  if (/^[a-z]$/.test(choice) && existsSync(shipped)) return readYaml(shipped, HospitalSettings);
  if (/\.ya?ml$/.test(choice)) return readYaml(choice, HospitalSettings);
  throw new UsageError({
    fault: `there is no hospital "${choice}"`,
    mend: 'choose a or b, or give the path of a YAML file like theirs',
  });
}
