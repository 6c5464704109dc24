import { ChatError } from './error.js';
import type { ServerFault } from './reply.js';

/** What is known when a server says no. */
export interface Refusal {
  /** Address without its query. */
  readonly address: string;
  readonly model: string;
  readonly status: number | undefined;
  readonly server: ServerFault;
  readonly keyVariable: string;
  readonly keySent: boolean;
  /** Names of the models that the server lists, where it was asked and answered. */
  readonly models: readonly string[] | undefined;
}

/** Whether the list of models would help whoever reads the error. */
export function isAboutModel(status: number | undefined, server: ServerFault): boolean {
  return status === 404 || (status === 400 && /\bmodel\b/i.test(`${server.words} ${server.code}`));
}

/** The error of a refusal, with what mends it. */
export function refusalError(refusal: Refusal): ChatError {
  const { address, status, server } = refusal;
  return new ChatError('refused', {
    file: address,
    fault: server.code === 'redirect' ? `the server redirects to ${server.words}` : faultOf(status, server),
    mend: mendOf(refusal),
    status,
  });
}

function faultOf(status: number | undefined, { words }: ServerFault): string {
  return `the server refused with status ${status ?? 'unknown'}${words === '' ? '' : `: ${words}`}`;
}

function mendOf({ status, server, model, models, keyVariable, keySent }: Refusal): string {
  if (server.code === 'redirect') {
    return 'redirects are not followed, since the key would go along: if you trust it, give that as base URL';
  }
  if (models !== undefined && !models.includes(model)) {
    const shown = models.slice(0, 10).map(name => `"${name}"`);
    const more = models.length > 10 ? ` and ${models.length - 10} more` : '';
    return `is the model name "${model}" right? the server lists: ${shown.join(', ') || 'none'}${more}`;
  }
  switch (status) {
    case 401:
    case 403:
      return keySent
        ? `check the key in the environment variable ${keyVariable}`
        : `put a key into the environment variable ${keyVariable}`;
    case 404:
    case 405:
      return `check the base URL, which usually ends in /v1, and the model name "${model}"`;
    case 413:
      return 'make the prompt shorter';
    case 429:
    case 402:
    case 503:
      return 'the account has nothing left to spend: add to it, or use another server';
    case 400:
    case 422:
      return /context|too long|maximum/i.test(server.words)
        ? 'make the prompt or the limit of the reply shorter, or serve the model with a longer context'
        : 'change the setting that the server names; if that is response_format, ask without a JSON schema';
    default:
      return 'see what the server says';
  }
}
