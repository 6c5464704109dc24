import { SynrayError } from '../base/index.js';

/**
 * Why an ask failed:
 * - `budget`: it could pass the token budget; nothing was sent;
 * - `unreachable`: no server answers at the address;
 * - `refused`: the server said no, and asking again would not help;
 * - `time-out`, `garbled` (no readable reply), `gave-up` (busy or broken server): what the last of all sends met;
 * - `store`: the reply could not be put into the store;
 * - `closed`: the client was closed.
 */
export type ChatFault =
  | 'budget'
  | 'unreachable'
  | 'refused'
  | 'time-out'
  | 'garbled'
  | 'gave-up'
  | 'store'
  | 'closed';

/** An ask that got no reply. */
export class ChatError extends SynrayError {
  override readonly name = 'ChatError';
  readonly kind: ChatFault;
  /** HTTP status of the last answer, where there was one. */
  readonly status: number | undefined;

  constructor(
    kind: ChatFault,
    details: {
      file?: string | undefined;
      fault: string;
      mend: string;
      status?: number | undefined;
      cause?: unknown;
    },
  ) {
    super(details);
    this.kind = kind;
    this.status = details.status;
  }
}
