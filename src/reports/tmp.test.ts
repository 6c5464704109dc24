import { it } from 'vitest';
import { defaultBank, LexiconTagger } from '../entities/index.js';
import { describeVerification, GrammarWriter, Planner, verifyReport, writeReports } from './index.js';

it('x', async () => {
  const bank = defaultBank();
  const p = new Planner(bank, { pairs: 4000, cap: 'least', m: 3 });
  const plans = [...p.reports()];
  const w = new GrammarWriter(),
    t = new LexiconTagger();
  for (const r of await w.write(plans.slice(0, 14), 0, 0))
    console.log(r.writer, '\nF:', r.findings, '\nI:', r.impression);
  const t0 = performance.now();
  const reports = await w.write(plans, 0, 0);
  const t1 = performance.now();
  const ms = await t.tag(reports);
  const t2 = performance.now();
  console.log('write/s', (plans.length / (t1 - t0)) * 1000, 'tag/s', (plans.length / (t2 - t1)) * 1000);
  const why = new Map<string, number>();
  const ex = new Map<string, string>();
  let ok = 0;
  plans.forEach((pl, i) => {
    const v = verifyReport(pl, ms[i]!);
    if (v.accepted) {
      ok++;
      return;
    }
    const add = (k: string, sentence: string) => {
      why.set(k, (why.get(k) ?? 0) + 1);
      if (!ex.has(k)) ex.set(k, sentence);
    };
    const ctx = (sec: 'findings' | 'impression', a: number, b: number) =>
      reports[i]![sec].slice(Math.max(0, a - 60), b + 40).replace(/\n/g, ' / ');
    for (const m of v.missing)
      add(
        'missing ' + m.type + ' ' + m.concept,
        JSON.stringify(m) + ' << ' + reports[i]!.findings.replace(/\n/g, ' / '),
      );
    for (const m of v.extra) add(`extra ${m.concept}`, m.text + ' << ' + ctx(m.section, m.start, m.end));
    for (const m of v.wrong)
      add(`wrong ${m.planned.concept} ${m.fault}`, ctx(m.mention.section, m.mention.start, m.mention.end));
  });
  console.log('first try', ok / plans.length);
  for (const [k, n] of [...why].sort((a, b) => b[1] - a[1]).slice(0, 60))
    console.log(n, k, '\n      ', ex.get(k));
  const res = await writeReports({ plans: plans.slice(0, 2000), writer: w, tagger: t, seed: 0 });
  console.log(res.accepted.length, res.setAside.length, res.calls, res.setAside.slice(0, 5));
}, 100000);
