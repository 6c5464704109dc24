import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { type ChatReplier, HOSTILITIES, HostileEndpoint } from './hostile-endpoint.js';

// An endpoint in a process of its own, for tests that kill its callers:
//   node dist/chat/testing/endpoint-process.js '{"rates":{"throttle":0.1},"reply":"./model.mjs"}'
// `reply` is a module whose default export answers; without one the model repeats the last message. The first line
// of stdout is the base URL; GET /log of the same host tells what came. It ends when its stdin does.

const Words = z.strictObject({
  reply: z.string().optional(),
  rates: z.partialRecord(z.enum(HOSTILITIES), z.number()).default({}),
  seed: z.int().default(0),
  latency: z.number().default(0),
  port: z.int().default(0),
});
const { reply, port, ...settings } = Words.parse(JSON.parse(process.argv[2] ?? '{}'));
const endpoint = await HostileEndpoint.start({ ...settings, reply: await replier(reply) }, port);
process.stdout.write(`${endpoint.url}\n`);
process.stdin.on('end', () => process.exit(0)).resume();

async function replier(path: string | undefined): Promise<ChatReplier> {
  if (path === undefined) return messages => `you said: ${String(messages.at(-1)?.content)}`;
  const module = (await import(pathToFileURL(path).href)) as { default: ChatReplier };
  return module.default;
}
