import { sha256 } from '../base/index.js';
import { type ChatRequest, DEFAULT_REPLY_TOKENS } from './contract.js';

/**
 * The name of a request, 32 hexadecimal digits: what its reply is stored under. It is the hash of the model's name
 * and all parts of the request, with keys in fixed order. The address of the server is left out: a server that
 * moved keeps its replies.
 */
export function hashOfRequest(model: string, request: ChatRequest): string {
  return sha256(
    canonicalJson({
      version: 1,
      model,
      messages: request.messages,
      temperature: request.temperature,
      topP: request.topP,
      maxTokens: request.maxTokens ?? DEFAULT_REPLY_TOKENS,
      seed: request.seed,
      jsonSchema: request.jsonSchema,
      attempt: request.attempt ?? 0,
    }),
  ).slice(0, 32);
}

/** JSON with the keys of every object in order, so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** How this server wants to be spoken to, as learnt from its refusals. */
export interface Dialect {
  /** `object`: the server knows JSON replies but no schemas. */
  json: 'schema' | 'object';
  /** Name of the limit on the reply: newer OpenAI models refuse the old one. */
  limit: 'max_tokens' | 'max_completion_tokens';
}

/** The body of the HTTP request. */
export function bodyOfRequest(model: string, request: ChatRequest, dialect: Dialect): string {
  return JSON.stringify({
    model,
    messages: request.messages,
    temperature: request.temperature,
    top_p: request.topP,
    [dialect.limit]: request.maxTokens ?? DEFAULT_REPLY_TOKENS,
    seed: request.seed,
    response_format:
      request.jsonSchema === undefined
        ? undefined
        : dialect.json === 'object'
          ? { type: 'json_object' }
          : { type: 'json_schema', json_schema: { ...request.jsonSchema, strict: true } },
    stream: false,
  });
}
