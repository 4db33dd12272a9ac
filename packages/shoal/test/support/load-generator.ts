import { Agent, request } from 'node:http';

export type LoadPlan = {
  readonly url: string;
  readonly perSecond: number;
  /** Connections that are kept. */
  readonly connections: number;
  /** Share of the requests that are POSTs with a body, 0 to 1. */
  readonly posts: number;
  readonly random: () => number;
};

export type Failure = {
  readonly method: string;
  readonly what: string;
  /** When it was begun and when it failed, in milliseconds of `performance.now()`. */
  readonly begunAt: number;
  readonly failedAt: number;
};

export type LoadReport = {
  readonly requests: number;
  readonly perSecond: number;
  /** Requests that were due while the machine was too far behind to begin them. */
  readonly skipped: number;
  readonly failures: readonly Failure[];
  /** From the moment at which a request was due, so that a standstill shows. Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Answers by instance. */
  readonly instances: ReadonlyMap<string, number>;
};

export type LoadGenerator = { failures(): readonly Failure[]; stop(): Promise<LoadReport> };

const TICK_MS = 4;
/** Requests that may be under way or wait for a connection, for each connection. */
const MOST_WAITING = 4;
const TIMEOUT_MS = 10_000;
const BODY = 'x'.repeat(2000);

/**
 * Requests at a constant rate, whatever becomes of the answers, as long as the machine bears it. Nothing is ever asked a second time: what fails is a
 * failure.
 */
export function startLoad({ url, perSecond, connections, posts, random }: LoadPlan): LoadGenerator {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' });
  const failures: Failure[] = [];
  const latencies: number[] = [];
  const instances = new Map<string, number>();
  const startedAt = performance.now();
  let begun = 0;
  let skipped = 0;
  let open = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * perSecond);
    while (begun + skipped < due) {
      const dueAt = startedAt + ((begun + skipped) * 1000) / perSecond;
      if (open >= connections * MOST_WAITING) skipped += 1;
      else {
        begun += 1;
        send(dueAt);
      }
    }
  }, TICK_MS);

  return {
    failures: () => failures,
    async stop() {
      clearInterval(timer);
      const seconds = (performance.now() - startedAt) / 1000;
      while (open > 0) await new Promise((resolve) => setTimeout(resolve, 10));
      agent.destroy();
      latencies.sort((a, b) => a - b);
      const at = (share: number) => Math.round(latencies[Math.floor((latencies.length - 1) * share)] ?? 0);
      return {
        requests: begun,
        perSecond: Math.round(begun / seconds),
        skipped,
        failures,
        instances,
        p50: at(0.5),
        p99: at(0.99),
        max: at(1),
      };
    },
  };

  function send(dueAt: number): void {
    const isPost = random() < posts;
    const method = isPost ? 'POST' : 'GET';
    const body = isPost ? BODY : '';
    const begunAt = performance.now();
    open += 1;
    let isOver = false;
    const over = (what?: string): void => {
      if (isOver) return;
      isOver = true;
      open -= 1;
      const now = performance.now();
      if (what === undefined) latencies.push(now - dueAt);
      else failures.push({ method, what, begunAt, failedAt: now });
    };
    const headers = { 'content-length': body.length };
    const outgoing = request(url, { agent, method, headers, timeout: TIMEOUT_MS }, (answer) => {
      let text = '';
      answer.on('data', (data) => (text += String(data)));
      answer.on('error', (error) => over(`in the middle of the answer: ${error.message}`));
      answer.on('end', () => {
        const instance = String(answer.headers['x-instance']);
        instances.set(instance, (instances.get(instance) ?? 0) + 1);
        over(answer.statusCode === 200 && text === `${body.length}` ? undefined : `${answer.statusCode} ${text}`);
      });
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    outgoing.on('error', (error) => over(error.message));
    outgoing.end(body);
  }
}

/** The report on one line. */
export function shownLoad({ requests, perSecond, skipped, failures, p50, p99, max }: LoadReport): string {
  return `${requests} requests, ${perSecond}/s (${skipped} more were due), failed ${failures.length}, p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`;
}
