import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChatClient, type ChatOptions } from './client.js';
import type { ChatRequest } from './contract.js';
import { ChatError } from './error.js';
import type { ChatSettings } from './settings.js';
import { HostileEndpoint, type HostileSettings } from './testing/hostile-endpoint.js';

const WAITS = { first: 0.005, longest: 0.05 };
const question = (text: string, rest: Partial<ChatRequest> = {}): ChatRequest => ({
  messages: [{ role: 'user', content: text }],
  ...rest,
});
const echo: HostileSettings['reply'] = messages => `you said ${String(messages.at(-1)?.content)}`;

describe('ChatClient', () => {
  const ends: (() => Promise<unknown>)[] = [];
  let said: string;
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'synray-chat-'));
    said = '';
    vi.spyOn(process.stderr, 'write').mockImplementation(text => {
      said += text;
      return true;
    });
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    vi.restoreAllMocks();
    await rm(folder, { recursive: true });
  });

  async function endpointOf(settings: Partial<HostileSettings> = {}): Promise<HostileEndpoint> {
    const endpoint = await HostileEndpoint.start({ reply: echo, ...settings });
    ends.push(() => endpoint.stop());
    return endpoint;
  }
  async function clientOf(
    baseUrl: string,
    settings: Partial<ChatSettings> = {},
    options: ChatOptions = {},
  ): Promise<ChatClient> {
    const all = { waits: WAITS, environment: {}, ...options };
    const client = await ChatClient.open({ baseUrl, model: 'test', timeoutSeconds: 5, ...settings }, all);
    ends.push(() => client.close());
    return client;
  }
  /** A server that answers as the function says; gives its base URL. */
  async function serverOf(listener: RequestListener): Promise<string> {
    const server: Server = createServer(listener).listen(0, '127.0.0.1');
    await new Promise(resolve => server.once('listening', resolve));
    ends.push(async () => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  }
  /** A server that gives these answers one after the other, the last one for ever. */
  function serverOfAnswers(...answers: readonly { status: number; body: string; headers?: object }[]) {
    let count = 0;
    return serverOf((request, response) => {
      request.resume();
      const { status, body, headers } = answers[Math.min(count++, answers.length - 1)]!;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(body);
    });
  }
  const completion = (message: object, rest: object = {}) =>
    JSON.stringify({ choices: [{ message, finish_reason: 'stop' }], ...rest });
  const good = { status: 200, body: completion({ content: 'fine' }) };
  const failureOf = async (asked: Promise<unknown>): Promise<ChatError> => {
    const error: unknown = await asked.then(
      () => undefined,
      thrown => thrown,
    );
    expect(error).toBeInstanceOf(ChatError);
    return error as ChatError;
  };

  it('gives what the model says, and counts its tokens', async () => {
    const client = await clientOf((await endpointOf()).url);
    const reply = await client.ask(question('hello'));
    expect(reply).toMatchObject({
      text: 'you said hello',
      finishReason: 'stop',
      estimated: false,
      stored: false,
    });
    expect(client.usage).toMatchObject({ sent: 1, answered: 1, promptTokens: reply.promptTokens });
  });

  it('sends the parameters of the request under the names of the protocol, and not the attempt', async () => {
    let wire: object = {};
    const endpoint = await endpointOf({
      reply: (_, request) => {
        wire = request;
        return '{}';
      },
    });
    const client = await clientOf(endpoint.url);
    const jsonSchema = { name: 'report', schema: { type: 'object' } };
    await client.ask(
      question('a', { temperature: 0.6, topP: 0.9, maxTokens: 77, seed: 5, jsonSchema, attempt: 3 }),
    );
    expect(wire).toEqual({
      model: 'test',
      messages: [{ role: 'user', content: 'a' }],
      temperature: 0.6,
      top_p: 0.9,
      max_tokens: 77,
      seed: 5,
      response_format: { type: 'json_schema', json_schema: { ...jsonSchema, strict: true } },
      stream: false,
    });
  });

  describe('with a store', () => {
    it('sends nothing for what was answered before, by this client, a later one, or at a moved server', async () => {
      const first = await endpointOf();
      const client = await clientOf(first.url, { store: folder });
      await client.ask(question('a'));
      expect((await client.ask(question('a'))).stored).toBe(true);
      await client.close();
      const second = await endpointOf();
      const later = await clientOf(second.url, { store: folder });
      expect(later.holds(question('a'))).toBe(true);
      expect(await later.ask(question('a'))).toMatchObject({ text: 'you said a', stored: true });
      expect(later.usage).toMatchObject({ sent: 0, fromStore: 1, promptTokens: 0 });
      expect(second.log).toEqual([]);
    });

    it('asks again under another attempt, seed, temperature or model', async () => {
      const endpoint = await endpointOf();
      const client = await clientOf(endpoint.url, { store: folder });
      for (const rest of [{}, { attempt: 0 }, { attempt: 1 }, { seed: 1 }, { temperature: 0.1 }]) {
        await client.ask(question('a', rest));
      }
      expect(endpoint.log.length).toBe(4);
    });

    it('is refused to a second client at once', async () => {
      const endpoint = await endpointOf();
      await clientOf(endpoint.url, { store: folder });
      await expect(clientOf(endpoint.url, { store: folder })).rejects.toThrow(/uses this store of replies/);
    });
  });

  it('sends equal requests that are asked at once only once', async () => {
    const endpoint = await endpointOf({ latency: 20 });
    const client = await clientOf(endpoint.url);
    const replies = await Promise.all(Array.from({ length: 50 }, () => client.ask(question('same'))));
    expect(new Set(replies.map(reply => reply.text))).toEqual(new Set(['you said same']));
    expect(endpoint.log.length).toBe(1);
    expect(client.usage).toMatchObject({ sent: 1, shared: 49 });
  });

  describe('sends again after', () => {
    const fault = (status: number, headers?: object) => ({
      status,
      body: '{"error":"no"}',
      ...(headers && { headers }),
    });
    it.each([
      ['429', fault(429), 'throttled'],
      ['503', fault(503), 'throttled'],
      ['500', fault(500), 'failed'],
      ['502', fault(502), 'failed'],
      ['504', fault(504), 'failed'],
      ['408', fault(408), 'failed'],
      ['JSON that ends early', { status: 200, body: '{"choices":[{"mess' }, 'garbled'],
      [
        'a page',
        { status: 200, body: '<html>hello</html>', headers: { 'content-type': 'text/html' } },
        'garbled',
      ],
      ['no choices', { status: 200, body: '{"choices":[]}' }, 'garbled'],
      ['a body of null', { status: 200, body: 'null' }, 'garbled'],
      ['a stream', { status: 200, body: 'data: {"choices":[]}\n\n' }, 'garbled'],
      ['a body of 17 MiB', { status: 200, body: `{"x":"${'x'.repeat(17 * 2 ** 20)}"}` }, 'garbled'],
      [
        'a fault of status 200',
        { status: 200, body: '{"error":{"code":429,"message":"slow"}}' },
        'throttled',
      ],
    ] as const)('%s', async (_, answer, counted) => {
      const client = await clientOf(await serverOfAnswers(answer, good));
      expect((await client.ask(question('a'))).text).toBe('fine');
      expect(client.usage).toMatchObject({ sent: 2, retried: 1, answered: 1, [counted]: 1 });
    });

    it.each([
      ['a connection cut before the answer', 'head', 'failed'],
      ['a connection cut in the middle of it', 'body', 'failed'],
      ['no answer in time', 'hang', 'timedOut'],
      ['an answer that trickles in', 'trickle', 'timedOut'],
    ] as const)('%s', async (_, way, counted) => {
      let count = 0;
      const url = await serverOf((request, response) => {
        request.resume();
        if (count++ > 0) response.end(good.body);
        else if (way === 'head') request.socket.destroy();
        else if (way !== 'hang') {
          response.writeHead(200, { 'content-length': 1000 });
          response.write('{"choices"', () => way === 'body' && response.destroy());
          const timer = setInterval(() => response.write(' '), 20);
          response.on('close', () => clearInterval(timer));
        }
      });
      const client = await clientOf(url, { timeoutSeconds: 0.6 });
      expect((await client.ask(question('a'))).text).toBe('fine');
      expect(client.usage).toMatchObject({ sent: 2, answered: 1, [counted]: 1 });
      expect(client.usage.lostTokens).toBeGreaterThan(1024);
    });
  });

  it.each([
    [429, 'gave-up'],
    [500, 'gave-up'],
  ] as const)('gives up after the last attempt at status %d, and says what it met', async (status, kind) => {
    const client = await clientOf(
      await serverOfAnswers({ status, body: '{"error":{"message":"out\\u001b[31m of\\nluck"}}' }),
      {
        attempts: 3,
      },
    );
    const error = await failureOf(client.ask(question('a')));
    expect(error).toMatchObject({ kind, status });
    expect(error.message).toContain(
      `sent 3 times without a reply, the last time: status ${status}: out [31m of luck`,
    );
    expect(client.usage.sent).toBe(3);
  });

  it('says when no server is there', async () => {
    const endpoint = await HostileEndpoint.start({ reply: echo });
    const { url } = endpoint;
    await endpoint.stop();
    const error = await failureOf((await clientOf(url, { attempts: 2 })).ask(question('a')));
    expect(error.kind).toBe('unreachable');
    expect(error.message).toMatch(/ECONNREFUSED.*is the server running/);
  });

  describe('fails at once, with what mends it, when', () => {
    it.each([400, 403, 405, 413, 422])('the server answers %d', async status => {
      const client = await clientOf(
        await serverOfAnswers({ status, body: '{"error":{"message":"not so"}}' }),
      );
      const error = await failureOf(client.ask(question('a')));
      expect(error).toMatchObject({ kind: 'refused', status });
      expect(error.fault).toContain('not so');
      expect(client.usage.sent).toBe(1);
    });

    it('the model is not served: the served ones are named', async () => {
      const endpoint = await endpointOf({ models: ['llama-70b', 'qwen-7b'] });
      const error = await failureOf((await clientOf(endpoint.url)).ask(question('a')));
      expect(error.mend).toBe('is the model name "test" right? the server lists: "llama-70b", "qwen-7b"');
    });

    it('the path is wrong', async () => {
      const endpoint = await endpointOf();
      const error = await failureOf((await clientOf(endpoint.url.replace('/v1', '/v2'))).ask(question('a')));
      expect(error.mend).toContain('check the base URL');
    });

    it('the account is empty', async () => {
      const body = '{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}';
      const error = await failureOf(
        (await clientOf(await serverOfAnswers({ status: 429, body }))).ask(question('a')),
      );
      expect(error).toMatchObject({ kind: 'refused', status: 429 });
    });

    it('it asks for a wait of hours', async () => {
      const answer = { status: 429, body: '{}', headers: { 'retry-after': '999999999999' } };
      const client = await clientOf(await serverOfAnswers(answer));
      const error = await failureOf(client.ask(question('a')));
      expect(error.message).toContain('the server asks to wait');
      expect(client.heldSeconds).toBe(0);
    });

    it('it redirects: the key does not go along', async () => {
      let reached = 0;
      const elsewhere = await serverOf((_, response) => {
        reached++;
        response.end(good.body);
      });
      const location = `${elsewhere}/chat/completions?token=hidden`;
      const url = await serverOfAnswers({ status: 307, body: '', headers: { location } });
      const error = await failureOf((await clientOf(url)).ask(question('a')));
      expect(error.message).toContain(`the server redirects to ${elsewhere}/chat/completions`);
      expect(error.message).not.toContain('hidden');
      expect(reached).toBe(0);
    });

    it('what answers does not speak HTTP', async () => {
      const server = createSocketServer(socket => socket.end('SSH-2.0-OpenSSH_9.2\r\n')).listen(
        0,
        '127.0.0.1',
      );
      await new Promise(resolve => server.once('listening', resolve));
      ends.push(async () => server.close());
      const { port } = server.address() as AddressInfo;
      const client = await clientOf(`http://127.0.0.1:${port}`, { attempts: 2 });
      expect((await failureOf(client.ask(question('a')))).kind).toBe('unreachable');
    });

    it('https is spoken to a server of http', async () => {
      const { url } = await endpointOf();
      const error = await failureOf((await clientOf(url.replace('http:', 'https:'))).ask(question('a')));
      expect(error.kind).toBe('unreachable');
      expect(error.message).toContain('http or https?');
    });
  });

  describe('hands over as they are', () => {
    it.each([
      ['a cut off text', completion({ content: 'half' }).replace('stop', 'length'), 'half', 'length'],
      [
        'a filtered one',
        completion({ content: null }).replace('stop', 'content_filter'),
        '',
        'content_filter',
      ],
      ['a refusal', completion({ content: null, refusal: 'I cannot' }), 'I cannot', 'refusal'],
      ['text in parts', completion({ content: [{ type: 'text', text: 'a' }, { text: 'b' }] }), 'ab', 'stop'],
      ['no reason of the end', '{"choices":[{"message":{"content":"x"}}]}', 'x', 'stop'],
    ])('%s', async (_, body, text, finishReason) => {
      const client = await clientOf(await serverOfAnswers({ status: 200, body }));
      expect(await client.ask(question('a'))).toMatchObject({ text, finishReason });
    });
  });

  it('estimates tokens that the server does not count, or counts absurdly, and marks them', async () => {
    for (const usage of [undefined, { prompt_tokens: -1, completion_tokens: 1e300 }]) {
      const url = await serverOfAnswers({
        status: 200,
        body: completion({ content: 'x'.repeat(30) }, { usage }),
      });
      const client = await clientOf(url);
      const reply = await client.ask(question('y'.repeat(300)));
      expect(reply).toMatchObject({ estimated: true, promptTokens: 108, completionTokens: 10 });
      expect(client.usage.estimated).toBe(1);
    }
  });

  describe('to a server with ways of its own', () => {
    const jsonSchema = { name: 'report', schema: { type: 'object' } };

    it('speaks of plain JSON objects when schemas are refused, says so once, and remembers', async () => {
      const forms: unknown[] = [];
      const endpoint = await endpointOf({
        json: 'object',
        reply: (_, { response_format }) => {
          forms.push(response_format);
          return '{}';
        },
      });
      const client = await clientOf(endpoint.url, { concurrency: 1, attempts: 1 });
      for (const text of ['a', 'b', 'c']) await client.ask(question(text, { jsonSchema }));
      expect(forms).toEqual(Array(3).fill({ type: 'json_object' }));
      expect(client.usage.sent).toBe(4);
      expect(said.match(/knows no JSON schemas/g)).toHaveLength(1);
    });

    it('fails clearly when it knows no JSON replies at all', async () => {
      const endpoint = await endpointOf({ json: 'none' });
      const error = await failureOf((await clientOf(endpoint.url)).ask(question('a', { jsonSchema })));
      expect(error).toMatchObject({ kind: 'refused', status: 400 });
      expect(error.mend).toContain('ask without a JSON schema');
    });

    it('uses the other name of the limit where the old one is refused', async () => {
      const message =
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
      const client = await clientOf(
        await serverOf(async (request, response) => {
          let body = '';
          for await (const piece of request) body += piece;
          const knows = 'max_completion_tokens' in JSON.parse(body);
          response
            .writeHead(knows ? 200 : 400)
            .end(knows ? good.body : JSON.stringify({ error: { message } }));
        }),
      );
      await client.ask(question('a'));
      await client.ask(question('b'));
      expect(client.usage.sent).toBe(3);
    });
  });

  describe('and its key', () => {
    const KEY = 'sk-secret-0123456789';

    it('sends it from the named variable, and shows it nowhere, also when the server does', async () => {
      const endpoint = await endpointOf({ key: KEY, reply: () => `your key is ${KEY}` });
      const right = await clientOf(
        endpoint.url,
        { apiKeyVariable: 'MY_KEY', store: folder },
        { environment: { MY_KEY: `${KEY}\n` } },
      );
      expect((await right.ask(question('a'))).text).toBe('your key is ***');
      for (const name of await readdir(folder))
        expect(await readFile(join(folder, name), 'utf8')).not.toContain(KEY);
      const wrong = await clientOf(
        endpoint.url,
        {},
        { environment: { OPENAI_API_KEY: 'sk-another-987654' } },
      );
      const error = await failureOf(wrong.ask(question('a')));
      expect(error.mend).toBe('check the key in the environment variable OPENAI_API_KEY');
      expect(error.message).not.toContain('sk-another-987654');
      const none = await failureOf((await clientOf(endpoint.url)).ask(question('a')));
      expect(none.mend).toBe('put a key into the environment variable OPENAI_API_KEY');
      expect(said).not.toContain(KEY);
    });

    it('is missed before anything is sent, where it is named', async () => {
      const { url } = await endpointOf();
      await expect(clientOf(url, { apiKeyVariable: 'MY_KEY' })).rejects.toThrow(/MY_KEY.*is not set/);
      await expect(
        clientOf(url, { apiKeyVariable: 'MY_KEY' }, { environment: { MY_KEY: 'a\nHost: b' } }),
      ).rejects.toThrow(/holds blanks/);
    });

    it('is warned about when it would go unencrypted to another machine', async () => {
      const environment = { OPENAI_API_KEY: KEY };
      await clientOf('http://127.0.0.1:9/v1', {}, { environment });
      await clientOf('https://api.example/v1', {}, { environment });
      await clientOf('http://api.example/v1');
      expect(said).toBe('');
      await clientOf('http://api.example/v1', {}, { environment });
      expect(said).toContain('the key of OPENAI_API_KEY goes to api.example unencrypted');
    });
  });

  it.each([
    ['ftp://x/v1', /begin with http/],
    ['localhost:8000', /begin with http/],
    ['nonsense', /not an address/],
    ['http://user:word@host/v1', /user or password/],
    ['http://host/v1#a', /"#"/],
  ])('refuses the address %s, without showing passwords', async (baseUrl, message) => {
    const opened = ChatClient.open({ baseUrl, model: 'm' });
    await expect(opened).rejects.toThrow(message);
    await expect(opened).rejects.not.toThrow(/word@/);
  });

  it.each(['', '/', '/chat/completions'])('takes the base URL with "%s" at its end', async end => {
    const { url } = await endpointOf();
    expect((await (await clientOf(`${url}${end}`)).ask(question('a'))).text).toBe('you said a');
  });
});
