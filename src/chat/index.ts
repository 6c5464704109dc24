export { ChatClient, type ChatOptions } from './client.js';
export {
  type ChatContent,
  type ChatMessage,
  type ChatReply,
  type ChatRequest,
  type ChatUsage,
  DEFAULT_REPLY_TOKENS,
  noUsage,
} from './contract.js';
export { ChatError, type ChatFault } from './error.js';
export { hashOfRequest } from './request.js';
export { ChatSettings } from './settings.js';
export { estimateCost, estimatePromptTokens, estimateTokens, priceOf } from './tokens.js';
