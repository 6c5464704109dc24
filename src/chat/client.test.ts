import { afterEach, describe, expect, it } from 'vitest';
import { ChatClient } from './client.js';
import { HostileEndpoint } from './testing/hostile-endpoint.js';

describe('ChatClient', () => {
  let endpoint: HostileEndpoint | undefined;
  afterEach(() => endpoint?.stop());

  it('gives what the model says', async () => {
    endpoint = await HostileEndpoint.start({ reply: messages => `you said ${messages.at(-1)?.content}` });
    const client = await ChatClient.open({ baseUrl: endpoint.url, model: 'test' });
    const reply = await client.ask({ messages: [{ role: 'user', content: 'hello' }] });
    expect(reply.text).toBe('you said hello');
    await client.close();
  });
});
