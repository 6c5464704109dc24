import type { Mention } from '../../data/index.js';
import type { ReportInput } from '../check.js';
import { reportCheck } from './report-check.js';

/** What cannot be where something is said to be normal. */
const EXCLUDED: Readonly<Record<string, readonly string[]>> = {
  'normal heart size': ['cardiomegaly'],
  'normal mediastinum': ['enlarged cardiomediastinum'],
  'clear lungs': ['consolidation', 'pulmonary edema', 'lung mass', 'pneumonia'],
  'normal pulmonary vasculature': ['vascular congestion'],
  'intact bones': ['fracture'],
};

/** Words before a negated finding that take back no more than a part of it: "no new effusion", "no large …". */
const PART_ONLY =
  /\b(new|other|additional|further|more|acute|large|big|gross|significant|definite|worsening|residual|recurrent|change|increase|focal|discrete|overt|suspicious|convincing|otherwise)\b[^.;]{0,30}$/i;

/**
 * Reports that say both that something is there and that it is not, of the same place, in one section or across
 * them. The score is the number of findings of which they do.
 */
export const contradiction = reportCheck({
  name: 'contradiction',
  most: 0,
  measure: (input, mentions) => {
    const clashes = new Map<string, string>();
    for (const denied of mentions) {
      for (const said of mentions) {
        if (isFinding(said) && !clashes.has(said.concept) && clash(input, said, denied)) {
          clashes.set(said.concept, `“${said.text}” against “${denied.text}”`);
        }
      }
    }
    const [first] = clashes.values();
    return { score: clashes.size, reason: `the report says both: ${first}` };
  },
});

/** Words that grade a size without calling it large. */
const BORDERLINE = /\b(borderline|near|top|upper limits?|otherwise)\b/i;

/** Concepts that gather unlike things: of two opacities one may be there and the other not. */
const GATHERS = new Set(['lung opacity', 'infiltrate', 'lung lesion', 'pleural abnormality']);

function isFinding({ type, polarity, change }: Mention): boolean {
  return (type === 'ABNORMALITY' || type === 'DISEASE') && polarity === 'affirmed' && change !== 'resolved';
}

function clash(input: ReportInput, said: Mention, denied: Mention): boolean {
  if (BORDERLINE.test(said.text) || BORDERLINE.test(denied.text)) return false;
  if (denied.type === 'NON-ABNORMALITY' || denied.type === 'NON-DISEASE') {
    if (denied.polarity === 'affirmed' && EXCLUDED[denied.concept]?.includes(said.concept)) {
      const isFaint = said.severity === 'minimal' || said.severity === 'mild';
      return !isFaint && hasNoPlace(said) && hasNoPlace(denied) && !PART_ONLY.test(textBefore(input, denied));
    }
  }
  if (denied.concept !== said.concept || denied.polarity !== 'negated') return false;
  if (GATHERS.has(said.concept) || lastWord(said.text) !== lastWord(denied.text)) return false;
  if (denied.severity !== undefined || denied.extent !== undefined || denied.change !== undefined)
    return false;
  if (denied.site !== undefined && denied.site !== said.site) return false;
  if (denied.side !== undefined && denied.side !== said.side && said.side !== 'bilateral') return false;
  return !PART_ONLY.test(textBefore(input, denied));
}

function textBefore(input: ReportInput, { section, start }: Mention): string {
  return input[section].slice(Math.max(0, start - 60), start);
}

/** The last word in lower case and without its plural: "effusions" and "pleural effusion" speak of the same. */
function lastWord(text: string): string {
  return (text.toLowerCase().match(/[a-z]+$/)?.[0] ?? text).replace(/s$/, '');
}

/** A finding of no stated place: "lungs are clear except for …" names the place. */
function hasNoPlace({ side, site }: Mention): boolean {
  return side === undefined && site === undefined;
}
