import type { IncomingMessage, ServerResponse } from 'node:http';
import type { State } from '../../state/state.ts';
import type { Reading } from '../../state/waiters.ts';
import { checkSafety, type Safety } from './safety.ts';

/** A whole answer with status 200, ready to be sent. */
export type Finished = {
  /** Of its endpoint, for the metrics. */
  readonly route: string;
  /** Name, value, name, value. */
  readonly headers: readonly string[];
  readonly body: string;
};

export type KeptAnswers = {
  /** Answers a request from what is kept. False: somebody else has to. */
  serve(request: IncomingMessage, response: ServerResponse): boolean;
  /** An answer that is the same for everybody who asks for this, until something of what was read changes. */
  offer(request: IncomingMessage, reading: Reading, finished: Finished): void;
  /** Drops everything. */
  clear(): void;
};

export type KeptAnswersOptions = {
  /** As the state does it. */
  readonly untilChanged: State['untilChanged'];
  readonly safety: Safety;
  readonly onAnswer?: (answer: { method: string; route: string; status: number; milliseconds: number }) => void;
};

type Kept = Finished & { readonly encoding: 'latin1' | 'utf8'; readonly weight: number; readonly forget: () => void };

const MOST_ANSWERS = 1000;
const MOST_BODY_CHARACTERS = 64 * 1024;
/** Characters of all bodies, and what it takes to watch the things that were read. */
const MOST_WEIGHT = 8 * 1024 * 1024;
/** About, with its place in the lists of who waits. */
const TOPIC_WEIGHT = 200;

/**
 * Answers to readings that are asked for again and again, kept encoded. They are dropped when what was read changes, before the change's own request is
 * answered: whoever was told of a write reads it. An answer is kept when it is asked for the second time, so that walking over all keys keeps nothing.
 */
export function createKeptAnswers({ untilChanged, safety, onAnswer }: KeptAnswersOptions): KeptAnswers {
  const kept = new Map<string, Kept>();
  const askedOnce = new Set<string>();
  let weight = 0;

  return {
    serve(request, response) {
      const key = keyOf(request);
      const found = key === undefined ? undefined : kept.get(key);
      if (!found || !isSafe(safety, request)) return false;
      const begun = performance.now();
      response.writeHead(200, found.headers as string[]);
      response.end(found.body, found.encoding);
      onAnswer?.({ method: 'GET', route: found.route, status: 200, milliseconds: performance.now() - begun });
      return true;
    },
    offer(request, reading, finished) {
      const key = keyOf(request);
      if (key === undefined || kept.has(key) || finished.body.length > MOST_BODY_CHARACTERS) return;
      if (!askedOnce.delete(key)) {
        askedOnce.add(key);
        if (askedOnce.size > MOST_ANSWERS) askedOnce.clear();
        return;
      }
      const forget = untilChanged(reading, () => drop(key));
      if (!forget) return;
      const encoding = Buffer.byteLength(finished.body) === finished.body.length ? 'latin1' : 'utf8';
      const own = finished.body.length + reading.topics.size * TOPIC_WEIGHT;
      kept.set(key, { ...finished, encoding, weight: own, forget });
      weight += own;
      while (weight > MOST_WEIGHT || kept.size > MOST_ANSWERS) evictOldest();
    },
    clear() {
      while (kept.size > 0) evictOldest();
    },
  };

  function drop(key: string): void {
    weight -= kept.get(key)?.weight ?? 0;
    kept.delete(key);
    // It was asked for more than once: the next answer is kept at once.
    askedOnce.add(key);
  }

  function evictOldest(): void {
    for (const [key, { forget }] of kept) {
      forget();
      drop(key);
      return;
    }
  }
}

/** Whoever shows a token may be told something else. */
function keyOf({ method, url, headers }: IncomingMessage): string | undefined {
  const isPlain = method === 'GET' && headers['x-consul-token'] === undefined && headers.authorization === undefined;
  return isPlain ? url : undefined;
}

/** The endless ways of refusing are those of everybody else. */
function isSafe(safety: Safety, { headers, socket }: IncomingMessage): boolean {
  try {
    checkSafety(safety, headers, socket.localAddress);
    return true;
  } catch {
    return false;
  }
}
