// How fast the chat client asks, and whether its memory grows: `npm run bench chat`.
// A local endpoint in a process of its own answers at once; replies are stored and flushed as in real runs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChatClient } from '../dist/chat/index.js';

const ASKS = 20_000;
/** Asks under way at once, as a writer of reports keeps them. */
const WINDOW = 256;
const PROMPT = 'Write the FINDINGS section of a chest X-ray report that names these entities. '.repeat(25);

export default async function chat() {
  const folder = await mkdtemp(join(tmpdir(), 'synray-bench-chat-'));
  const program = fileURLToPath(new URL('../dist/chat/testing/endpoint-process.js', import.meta.url));
  const endpoint = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(endpoint.stdout.setEncoding('utf8'), 'data');
  const settings = { baseUrl: line.trim(), model: 'test', store: join(folder, 'store') };
  try {
    const client = await ChatClient.open(settings, { environment: {} });
    const sent = await askAll(client);
    const stored = await askAll(client);
    await client.close();
    const opening = performance.now();
    await (await ChatClient.open(settings, { environment: {} })).close();
    const openSeconds = (performance.now() - opening) / 1000;
    print('sent', sent);
    print('from the store', stored);
    console.log(`opening the store of ${ASKS} replies: ${openSeconds.toFixed(2)} s`);
    return { sent, stored, openSeconds };
  } finally {
    endpoint.kill();
    await rm(folder, { recursive: true });
  }
}

/** Asks all, `WINDOW` at once; heap in MB after a quarter and at the end (start node with --expose-gc for exact ones). */
async function askAll(client) {
  const heap = [];
  const started = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < ASKS) {
      const index = next++;
      await client.ask({ messages: [{ role: 'user', content: `${index} ${PROMPT}` }], maxTokens: 512 });
      if (index === ASKS / 4 || index === ASKS - 1) {
        globalThis.gc?.();
        heap.push(process.memoryUsage().heapUsed / 1e6);
      }
    }
  };
  await Promise.all(Array.from({ length: WINDOW }, worker));
  return { perSecond: (ASKS / (performance.now() - started)) * 1000, heap };
}

function print(what, { perSecond, heap }) {
  const [quarter, end] = heap.map(megabytes => megabytes.toFixed(0));
  console.log(
    `${ASKS} asks ${what}: ${perSecond.toFixed(0)} a second; heap ${quarter} MB after a quarter, ${end} MB at the end`,
  );
}
