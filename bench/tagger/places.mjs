// Side and degree beside the coders' qualifiers ("Pleural Effusion/left/small"), where both have the finding.
import { CODED } from './codes.mjs';

const SIDES = ['left', 'right', 'bilateral'];
/** Coders have one word for what reports call minimal, mild or small. */
const DEGREES = { mild: 'slight', small: 'slight', moderate: 'moderate', severe: 'severe', large: 'severe' };
const SAME_DEGREE = { minimal: 'slight', mild: 'slight', moderate: 'moderate', severe: 'severe' };

/** How often the tagger reads the side or degree that a coder gave to a finding which both have. */
export function printPlaces(cases) {
  const tally = { side: [0, 0, 0], degree: [0, 0, 0] };
  for (const { report, mentions, coded, read } of cases) {
    for (const [name, { heads, concepts }] of Object.entries(CODED)) {
      if (!coded.has(name) || !read.has(name) || concepts.length === 0) continue;
      const codes = report.mesh
        .map(code => code.split('/').map(part => part.trim()))
        .filter(([head, ...qualifiers]) => Object.hasOwn(heads, head) && heads[head](qualifiers));
      const said = mentions.filter(
        ({ concept, polarity }) => polarity === 'affirmed' && concepts.includes(concept),
      );
      for (const [, ...qualifiers] of codes) {
        const side = SIDES.find(one => qualifiers.includes(one));
        const sides = said.map(mention => mention.side).filter(one => one !== undefined);
        count(tally.side, side, sides);
        const degree = DEGREES[qualifiers.find(one => Object.hasOwn(DEGREES, one))];
        const degrees = said.map(({ severity }) => SAME_DEGREE[severity]).filter(one => one !== undefined);
        count(tally.degree, degree, degrees);
      }
    }
  }
  console.log('\nwhere both have the finding and the coder gave it a');
  for (const [what, [all, same, other]] of Object.entries(tally)) {
    console.log(
      `  ${what}: ${all}; the same was read ${same} times, another ${other}, none ${all - same - other}`,
    );
  }
}

function count(tally, coded, read) {
  if (coded === undefined) return;
  tally[0]++;
  const both = read.includes('left') && read.includes('right');
  if (read.includes(coded) || (coded === 'bilateral' && both)) tally[1]++;
  else if (read.length > 0) tally[2]++;
}
