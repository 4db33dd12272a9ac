import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export type LoadResult = { readonly requests: number; readonly failures: readonly string[] };

/** Asks a page again and again until it is told to stop. */
export type Load = { stop(): Promise<LoadResult> };

const PARALLEL = 4;
const PAUSE_MS = 15;
const TIMEOUT_MS = 10_000;

/** A few clients, each with a connection that is kept and a pause after each answer: as many requests as a small machine bears beside its tests. */
export function keepAsking(url: string): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: PARALLEL });
  const failures: string[] = [];
  let requests = 0;
  let stopped = false;
  const client = async () => {
    while (!stopped) {
      requests++;
      const failure = await ask(url, agent);
      if (failure) failures.push(`${new Date().toISOString()} ${failure}`);
      await delay(PAUSE_MS);
    }
  };
  const clients = Promise.all(Array.from({ length: PARALLEL }, client));
  return {
    async stop() {
      stopped = true;
      await clients;
      agent.destroy();
      return { requests, failures };
    },
  };
}

/** What went wrong, if anything did. */
function ask(url: string, agent: Agent): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asked = request(url, { agent, timeout: TIMEOUT_MS }, (answer) => {
      let body = '';
      answer.on('data', (data) => (body += String(data)));
      answer.on('error', (error) => resolve(`answer: ${error.message}`));
      answer.on('end', () => resolve(answer.statusCode === 200 ? undefined : `${answer.statusCode} ${body}`));
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    asked.on('error', (error) => resolve(error.message));
    asked.end();
  });
}
