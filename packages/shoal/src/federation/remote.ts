import type { IncomingMessage } from 'node:http';
import {
  type Asked,
  type Connections,
  createConnections,
  isReading,
  NoAnswerError,
  type TlsContent,
} from './connections.ts';
import { DatacenterUnreachableError } from './errors.ts';
import { createTurns } from './turns.ts';

/** The Consul API of another datacenter, by whichever of its addresses answers. */
export type Remote = {
  readonly name: string;
  /** The answer as it comes. Rejects with DatacenterUnreachableError, or with the signal's reason. */
  send(asked: Asked): Promise<IncomingMessage>;
  /** What a reading answers in JSON. Rejects as `send` does, also when the answer is something else. */
  ask(path: string, options: { readonly signal: AbortSignal; readonly withinMs: number }): Promise<JsonAnswer>;
  close(): void;
};

export type JsonAnswer = {
  /** Undefined for 404. */
  readonly value: unknown;
  /** `X-Consul-Index`; 0 where there is none. */
  readonly index: number;
  /** Until the head of the answer was there. */
  readonly tookMs: number;
};

export type RemoteOptions = {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly token: string | undefined;
  readonly tls: TlsContent;
  /** Milliseconds of a clock that only runs forward. */
  readonly now: () => number;
  readonly limits?: Partial<RemoteLimits>;
};

export type RemoteLimits = {
  readonly connectMs: number;
  /** How long an address that has failed is passed over. */
  readonly restMs: number;
  /** Bytes of an answer that is read as a whole. */
  readonly answerBytes: number;
};

const LIMITS: RemoteLimits = { connectMs: 2_000, restMs: 3_000, answerBytes: 16 * 1024 * 1024 };
/** The agents that pass a request on, so that two that name each other wrongly do not send it in circles (RFC 9110, 7.6.3). */
const VIA = '1.1 shoal';

export function createRemote(options: RemoteOptions): Remote {
  const { name, addresses, token, tls, now } = options;
  const { connectMs, restMs, answerBytes } = { ...LIMITS, ...options.limits };
  const turns = createTurns(addresses, restMs, now);
  const connections = new Map(addresses.map((origin) => [origin, createConnections(origin, tls, connectMs)]));
  const to = (address: string) => connections.get(address) as Connections;

  async function send(asked: Asked): Promise<IncomingMessage> {
    const { headers = {}, path } = asked;
    const via = headers['via'] ? `${headers['via']}, ${VIA}` : VIA;
    const complete = { ...asked, headers: { ...withToken(headers, path, token), via } };
    for (const address of turns.order()) {
      try {
        const answer = await to(address).send(complete);
        turns.answered(address);
        return answer;
      } catch (error) {
        if (!(error instanceof NoAnswerError)) throw error;
        turns.failed(address, error.message);
        // It may have been carried out there: only who asked can know whether once more is once too often.
        if (!error.isUnsent && !isReading(asked.method)) break;
      }
    }
    throw new DatacenterUnreachableError(name, turns.reasons());
  }

  return {
    name,
    send,
    async ask(path, { signal, withinMs }) {
      const deadline = AbortSignal.timeout(withinMs);
      const begun = now();
      try {
        const within = AbortSignal.any([signal, deadline]);
        const answer = await send({ method: 'GET', path, signal: within, answerWithinMs: withinMs });
        const tookMs = now() - begun;
        const text = await wholeText(answer, answerBytes);
        if (answer.statusCode === 404) return { value: undefined, index: 0, tookMs };
        if (answer.statusCode !== 200) throw new Error(`${answer.statusCode}: ${text.slice(0, MOST_QUOTED)}`);
        return { value: JSON.parse(text), index: Number(answer.headers['x-consul-index']) || 0, tookMs };
      } catch (error) {
        if (signal.aborted || error instanceof DatacenterUnreachableError) throw error;
        const reason = deadline.aborted ? `no answer within ${withinMs / 1000} s` : (error as Error).message;
        throw new DatacenterUnreachableError(name, [reason], error);
      }
    },
    close() {
      for (const one of connections.values()) one.close();
    },
  };
}

const MOST_QUOTED = 200;

/** Whether an agent has passed this request on already. */
export function wasPassedOn(via: string | undefined): boolean {
  return via?.split(',').some((hop) => hop.trim().toLowerCase() === VIA) ?? false;
}

/** Who brings a token is known by that one. */
function withToken(headers: Readonly<Record<string, string>>, path: string, token: string | undefined) {
  const hasOwn = 'x-consul-token' in headers || 'authorization' in headers || /[?&]token=[^&]/.test(path);
  return token === undefined || hasOwn ? headers : { ...headers, 'x-consul-token': token };
}

async function wholeText(answer: IncomingMessage, mostBytes: number): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    bytes += part.length;
    // Leaving the loop closes the connection.
    if (bytes > mostBytes) throw new Error(`the answer has more than ${mostBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
