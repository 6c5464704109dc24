import { describe, expect, it } from 'vitest';
import { HOSTILITIES, HostileEndpoint } from './hostile-endpoint.js';

/** What the endpoint makes of a request: status and finish reason, or that the connection failed. */
async function fateOf(url: string, text: string): Promise<string> {
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: text }] });
  try {
    const signal = AbortSignal.timeout(1000);
    const response = await fetch(`${url}/chat/completions`, { method: 'POST', body, signal });
    const answer = await response.text();
    return `${response.status} ${/"finish_reason":"(\w+)"/.exec(answer)?.[1] ?? ''}`.trim();
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'hang' : 'cut';
  }
}

describe('HostileEndpoint', () => {
  it('fails in each way that it is set to, and logs how each request fared', async () => {
    const expected = {
      throttle: '429',
      'throttle-bare': '429',
      unavailable: '503',
      broken: '500',
      hang: 'hang',
      cut: 'cut',
      garbage: '200',
      html: '200',
      empty: '200',
      refusal: '200 stop',
      truncated: '200 length',
      slow: '200 stop',
    };
    for (const hostility of HOSTILITIES) {
      const endpoint = await HostileEndpoint.start({
        reply: () => 'No effusion.',
        rates: { [hostility]: 1 },
        slowness: 20,
      });
      expect([hostility, await fateOf(endpoint.url, 'a')]).toEqual([hostility, expected[hostility]]);
      await endpoint.stop();
      expect(endpoint.log.map(entry => entry.outcome)).toEqual([
        hostility === 'hang' ? 'caller left' : hostility,
      ]);
      expect(endpoint.answered().length).toBe(expected[hostility].startsWith('200 ') ? 1 : 0);
    }
  });

  it('draws the same fates from the same seed, and tells what was asked again in vain', async () => {
    const rates = { broken: 0.3, throttle: 0.3 };
    const run = async (seed: number) => {
      const endpoint = await HostileEndpoint.start({ reply: () => 'x', rates, seed });
      const fates: string[] = [];
      for (let index = 0; index < 40; index++) fates.push(await fateOf(endpoint.url, `${index % 20}`));
      const again = endpoint.askedAgain().length;
      await endpoint.stop();
      return { fates, again };
    };
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect((await run(2)).fates).not.toEqual(first.fates);
    expect(first.again).toBe(first.fates.slice(0, 20).filter(fate => fate === '200 stop').length);
  });
});
