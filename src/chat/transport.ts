import http from 'node:http';
import https from 'node:https';

/** Largest answer that is read, in bytes. */
const LONGEST_ANSWER = 16 * 2 ** 20;

/** Free connections are closed after this time, in milliseconds, well before servers usually do it. */
const IDLE_CONNECTION = 4000;

/** What came back from one send. */
export type Answer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: http.IncomingHttpHeaders;
      readonly body: string;
    }
  /** No connection was made, or to something that does not speak HTTP: no model saw the request. */
  | { readonly kind: 'unreachable'; readonly fault: string; readonly lasting: boolean }
  /** The connection ended before the answer was whole. */
  | { readonly kind: 'cut'; readonly fault: string; readonly stale: boolean }
  | { readonly kind: 'time-out' }
  | { readonly kind: 'too-long' }
  | { readonly kind: 'cancelled' };

/** Faults of encryption, which asking again does not mend. */
const LASTING = /CERT|SELF_SIGNED|ERR_TLS|ERR_SSL|EPROTO|UNABLE_TO_VERIFY/;
const UNCONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ETIMEDOUT',
]);

/**
 * Sends requests to one server over connections that it keeps open.
 *
 * It is made of Node's own HTTP client, not of `fetch`: fetch ends every wait for an answer after 300 s, which
 * large local models pass, and its connections cannot be closed. Redirects are not followed.
 */
export class Transport {
  readonly #agents: { readonly http: http.Agent; readonly https: https.Agent };

  /** @param connections - Most connections at once. */
  constructor(connections: number) {
    const options = { keepAlive: true, maxSockets: connections, timeout: IDLE_CONNECTION };
    this.#agents = { http: new http.Agent(options), https: new https.Agent(options) };
  }

  /**
   * One request and its whole answer. Never rejects.
   * @param body - Sent by POST; without one the request is a GET.
   * @param milliseconds - Longest time from sending to the last byte of the answer.
   */
  send(
    address: URL,
    headers: Readonly<Record<string, string>>,
    body: string | undefined,
    milliseconds: number,
    signal: AbortSignal,
  ): Promise<Answer> {
    return new Promise(resolve => {
      if (signal.aborted) return resolve({ kind: 'cancelled' });
      const secure = address.protocol === 'https:';
      const request = (secure ? https : http).request(address, {
        agent: secure ? this.#agents.https : this.#agents.http,
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          ...headers,
          accept: 'application/json',
          'accept-encoding': 'identity',
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
        },
      });
      let begun = false;
      const finish = (answer: Answer): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        if (answer.kind !== 'answer') request.destroy();
        resolve(answer);
      };
      const timer = setTimeout(() => finish({ kind: 'time-out' }), milliseconds);
      const onAbort = (): void => finish({ kind: 'cancelled' });
      signal.addEventListener('abort', onAbort, { once: true });
      // The agent's time-out is for idle connections; a working one has the timer above.
      request.on('socket', socket => socket.setTimeout(0));
      request.on('error', (error: NodeJS.ErrnoException) => {
        const fault = error.code ?? error.message;
        if (!begun && LASTING.test(fault)) finish({ kind: 'unreachable', fault, lasting: true });
        else if (!begun && (UNCONNECTED.has(fault) || fault.startsWith('HPE_')))
          finish({ kind: 'unreachable', fault, lasting: false });
        else finish({ kind: 'cut', fault, stale: request.reusedSocket && !begun });
      });
      request.on('response', response => {
        begun = true;
        const pieces: Buffer[] = [];
        let length = 0;
        response.on('data', (piece: Buffer) => {
          length += piece.length;
          if (length > LONGEST_ANSWER) finish({ kind: 'too-long' });
          else pieces.push(piece);
        });
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          finish({
            kind: 'answer',
            status,
            headers: response.headers,
            body: Buffer.concat(pieces).toString('utf8'),
          });
        });
        response.on('error', () =>
          finish({ kind: 'cut', fault: 'in the middle of the answer', stale: false }),
        );
        response.on('close', () => {
          if (!response.complete) finish({ kind: 'cut', fault: 'in the middle of the answer', stale: false });
        });
      });
      request.end(body);
    });
  }

  /** Closes the connections. */
  close(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }
}
