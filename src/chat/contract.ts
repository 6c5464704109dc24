/** What a message says: text, or text and pictures (as `data:` URLs) for models that see. */
export type ChatContent =
  | string
  | readonly (
      | { readonly type: 'text'; readonly text: string }
      | { readonly type: 'image_url'; readonly image_url: { readonly url: string } }
    )[];

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: ChatContent;
}

/** One question to the model. Everything in it is part of the hash under which its reply is stored. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** At least 0; the server's own default when not given. */
  readonly temperature?: number | undefined;
  /** In (0, 1]; the server's own default when not given. */
  readonly topP?: number | undefined;
  /** Most tokens of the reply, {@link DEFAULT_REPLY_TOKENS} when not given: no reply is unbounded. */
  readonly maxTokens?: number | undefined;
  readonly seed?: number | undefined;
  /** Asks the server to hold the reply to this JSON schema. The messages should describe the form too. */
  readonly jsonSchema?: { readonly name: string; readonly schema: object } | undefined;
  /**
   * Which asking of the same question this is, from 0. It is part of the hash but is not sent: a reply that was
   * no use is asked for again under the next number.
   */
  readonly attempt?: number | undefined;
}

/** Most tokens of a reply where the request names no number. */
export const DEFAULT_REPLY_TOKENS = 1024;

export interface ChatReply {
  readonly text: string;
  /**
   * As the server gave it: `stop`, `length` (cut off at the limit), `content_filter`; `refusal` when the model
   * used the protocol's own field to refuse.
   */
  readonly finishReason: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** The server did not count the tokens: the two figures are estimates. */
  readonly estimated: boolean;
  /** The reply came from the store: nothing was sent. */
  readonly stored: boolean;
}

/** Counts since the client was opened. */
export interface ChatUsage {
  /** Requests that went out, repeated ones included. */
  sent: number;
  /** Requests that came back with a reply. */
  answered: number;
  /** Asks served by the store. */
  fromStore: number;
  /** Asks that joined an equal one already under way. */
  shared: number;
  /** Sends that repeated a failed one. */
  retried: number;
  /** Sends answered 429 or 503. */
  throttled: number;
  /** Sends that ran out of time. */
  timedOut: number;
  /** Sends whose connection failed or was cut, or that the server answered with a fault of its own. */
  failed: number;
  /** Sends whose answer could not be read. */
  garbled: number;
  /** Tokens of the replies that were sent for: stored ones cost nothing. */
  promptTokens: number;
  completionTokens: number;
  /** Tokens that the server may have counted for replies that never came whole; an upper estimate. */
  lostTokens: number;
  /** Replies whose tokens were estimated because the server did not count them. */
  estimated: number;
}

/** Counts of a client that has done nothing yet. */
export function noUsage(): ChatUsage {
  return {
    sent: 0,
    answered: 0,
    fromStore: 0,
    shared: 0,
    retried: 0,
    throttled: 0,
    timedOut: 0,
    failed: 0,
    garbled: 0,
    promptTokens: 0,
    completionTokens: 0,
    lostTokens: 0,
    estimated: 0,
  };
}
