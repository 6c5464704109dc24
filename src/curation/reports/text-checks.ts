import { reportCheck } from './report-check.js';

/** Fewer letters than this are no report: "NAD", "-", "n/a". */
const LEAST_LETTERS = 8;

/** Samples without a report. The score is the number of letters in it. */
export const emptyReport = reportCheck({
  name: 'empty-report',
  least: LEAST_LETTERS,
  measure: ({ findings, impression }) => {
    const score = `${findings}${impression}`.match(/\p{L}/gu)?.length ?? 0;
    const reason = score === 0 ? 'there is no report' : `the report has ${score} letters only`;
    return { score, reason };
  },
});

/**
 * Text that says nothing of the chest: "see above", "dictated by", "report to follow", placeholders. The score is the
 * number of statements that can be read in it: findings, diseases, their absence.
 */
export const boilerplate = reportCheck({
  name: 'boilerplate',
  least: 1,
  measure: ({ findings, impression }, mentions) => {
    if (`${findings}${impression}`.trim() === '') return undefined;
    const score = mentions.filter(({ type }) => type !== 'ANATOMY').length;
    return { score, reason: 'the report says nothing of the chest that could be read' };
  },
});
