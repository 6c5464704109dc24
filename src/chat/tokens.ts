import { type ChatRequest, DEFAULT_REPLY_TOKENS } from './contract.js';

/** Bytes of UTF-8 a token is counted for. English prose has about 4: the estimate errs on the high side. */
const BYTES_PER_TOKEN = 3;
/** Tokens that chat templates put around a message: role, begin and end marks. */
const TOKENS_PER_MESSAGE = 8;
/** Tokens counted for a picture. Current vision models take some hundreds to 2,900 for one. */
const TOKENS_PER_PICTURE = 3000;

/** About how many tokens a text is; rather too many than too few. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

/** About how many tokens the prompt of a request is; rather too many than too few. */
export function estimatePromptTokens(request: ChatRequest): number {
  let tokens = request.jsonSchema === undefined ? 0 : estimateTokens(JSON.stringify(request.jsonSchema));
  for (const { content } of request.messages) {
    tokens += TOKENS_PER_MESSAGE;
    if (typeof content === 'string') {
      tokens += estimateTokens(content);
      continue;
    }
    for (const part of content)
      tokens += part.type === 'text' ? estimateTokens(part.text) : TOKENS_PER_PICTURE;
  }
  return tokens;
}

/** Most tokens that one send of the request is expected to cost, prompt and reply together. */
export function estimateCost(request: ChatRequest): number {
  return estimatePromptTokens(request) + (request.maxTokens ?? DEFAULT_REPLY_TOKENS);
}

/**
 * What tokens cost, in the currency of the prices.
 * @param tokens - Tokens of prompts and of replies.
 * @param pricePerMillion - Price of a million tokens of prompts (`input`) and of replies (`output`).
 */
export function priceOf(
  tokens: { readonly prompt: number; readonly completion: number },
  pricePerMillion: { readonly input: number; readonly output: number },
): number {
  return (tokens.prompt * pricePerMillion.input + tokens.completion * pricePerMillion.output) / 1e6;
}
