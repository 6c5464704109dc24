import { z } from 'zod';

/** Where chat requests go and within what bounds. Recipes hold it as it is. */
export const ChatSettings = z.strictObject({
  /** Address of the API, up to and without `/chat/completions`: `http://localhost:8000/v1`. */
  baseUrl: z.string().superRefine((text, context) => {
    const fault = faultOfAddress(text);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  }),
  /** Name of the model, as the server calls it. */
  model: z.string().min(1),
  /** Environment variable that holds the key. Keys are read from the environment only. */
  apiKeyVariable: z.string().min(1).optional(),
  /** Longest wait for one whole reply, in seconds. */
  timeoutSeconds: z.number().positive().max(86_400).default(120),
  /** Most sends of one request. */
  attempts: z.int().min(1).max(100).default(6),
  /** Most requests at once. The number starts at 4 and adapts to what the server bears. */
  concurrency: z.int().min(1).max(4096).default(32),
  /** Token budget of the whole run, of prompts and replies together. */
  maxTokens: z.int().min(1).optional(),
  /** Folder of stored replies. Without one nothing is kept. */
  store: z.string().min(1).optional(),
});

/** What a caller writes: all but address and model may be left out. */
export type ChatSettings = z.input<typeof ChatSettings>;

/** Settings with their defaults. */
export type WholeChatSettings = z.output<typeof ChatSettings>;

/** The variable that holds the key when none is named. */
export const DEFAULT_KEY_VARIABLE = 'OPENAI_API_KEY';

function faultOfAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return 'this is not an address like http://localhost:8000/v1';
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return 'the address must begin with http:// or https://';
  if (url.username !== '' || url.password !== '') {
    return 'the address must not hold a user or password: put the key into an environment variable';
  }
  if (url.hash !== '') return 'the address must not hold a "#"';
  return undefined;
}

/** Full address of a path of the API: `chat/completions`, `models`. A query of the base address is kept. */
export function addressOf(baseUrl: string, path: string): URL {
  const url = new URL(baseUrl);
  const base = url.pathname.replace(/\/+$/, '').replace(/\/chat\/completions$/, '');
  url.pathname = `${base}/${path}`;
  return url;
}
