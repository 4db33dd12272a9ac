import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AllocStub } from '@shoal/api';
import { expect } from 'vitest';
import type { TestAgent } from '../support/agent.ts';
import { type Failure, type LoadReport, shownLoad, startLoad } from '../support/load-generator.ts';
import { type Life, type LongLived, longSocket, longStream } from '../support/long-lived.ts';
import { processesWith } from '../support/processes.ts';
import { seeded } from '../support/raw.ts';
import { until } from '../support/until.ts';

/** A service under load through the edge, and what is done to it meanwhile. */

const SERVICE = fileURLToPath(new URL('../support/load-service.mjs', import.meta.url));
const JOB = 'load';
const CHANGE_MS = 60_000;

/** Where the job is run, and the edge that is asked. */
export type LoadTarget = Pick<TestAgent, 'folder' | 'edgeUrl' | 'nomad' | 'consul' | 'run'>;

export type LoadRun = {
  /** Registers the job with so many instances and this version, and waits until exactly these are what the edge has. */
  deploy(count: number, version: number): Promise<void>;
  /** `alloc stop` of one instance: it is replaced. */
  stopOne(): Promise<void>;
  /** Drains the node: all that ran there runs elsewhere then. */
  drain(nodeId: string): Promise<void>;
  /** kill -9 of the instance that has the stream. Answers with who it was and when. */
  killOne(): Promise<Kill>;
  /** Ends the load. */
  finish(): Promise<LoadOutcome>;
};

export type Kill = { readonly instance: string; readonly at: number };
export type LoadOutcome = {
  readonly report: LoadReport;
  readonly streams: readonly Life[];
  readonly sockets: readonly Life[];
  /** What the instances that ended in order noted: time without a request before the signal, and requests after it. */
  readonly notes: readonly { readonly id: string; readonly quietMs: number; readonly late: number }[];
};

export async function startLoadRun(agent: LoadTarget, seed: number, perSecond = 1000): Promise<LoadRun> {
  const random = seeded(seed);
  const notes = join(agent.folder, 'notes');
  let count = 3;
  let version = 0;
  await deploy(count, version);
  const url = agent.edgeUrl;
  const load = startLoad({ url, perSecond, connections: 64, posts: 0.2, random });
  const stream = longStream(url);
  const socket = longSocket(url);
  await until('stream and WebSocket are open', () => stream.messages() > 0 && socket.messages() > 0);

  return { deploy, stopOne, drain, killOne, finish };

  async function deploy(nextCount: number, nextVersion: number): Promise<void> {
    count = nextCount;
    version = nextVersion;
    await agent.run(jobOf(count, version, notes));
    await settled([]);
  }

  async function stopOne(): Promise<void> {
    const stopped = pick(await running());
    await agent.nomad.allocations.stop(stopped.ID);
    await settled([stopped.ID]);
  }

  async function drain(nodeId: string): Promise<void> {
    const gone = (await running()).filter(({ NodeID }) => NodeID === nodeId).map(({ ID }) => ID);
    await agent.nomad.nodes.drain(nodeId, { deadlineNanos: CHANGE_MS * 1e6, ignoreSystemJobs: false });
    await settled(gone);
    await until('the drain is over', async () => (await agent.nomad.nodes.read(nodeId)).value?.DrainStrategy === null);
  }

  async function killOne(): Promise<Kill> {
    const instance = await until('the stream is open', () => stream.instance());
    const [pid = 0] = processesWith('NOMAD_ALLOC_ID', instance);
    const at = performance.now();
    process.kill(pid, 'SIGKILL');
    await until('its task runs again', () => {
      const [next] = processesWith('NOMAD_ALLOC_ID', instance);
      return next !== undefined && next !== pid;
    });
    await settled([]);
    return { instance, at };
  }

  /** The wanted number of instances of the wanted version runs, all others are gone, and the catalog knows. */
  async function settled(gone: readonly string[]): Promise<void> {
    await until(
      `${count} instances of version ${version}`,
      async () => {
        const now = await running();
        const isRight = now.length === count && now.every(({ ID }) => !gone.includes(ID) && versionOf(ID) === version);
        const { value: entries } = await agent.consul.healthService(JOB);
        const passing = entries.filter(({ Checks }) => Checks.every(({ Status }) => Status === 'passing'));
        return isRight && entries.length === count && passing.length === count;
      },
      CHANGE_MS,
    );
  }

  function versionOf(id: string): number {
    const [pid] = processesWith('NOMAD_ALLOC_ID', id);
    if (pid === undefined) return -1;
    return Number(/\0VERSION=(\d+)/.exec(readFileSync(`/proc/${pid}/environ`, 'utf8'))?.[1]);
  }

  async function running(): Promise<AllocStub[]> {
    const { value } = await agent.nomad.jobs.allocations(JOB);
    return value.filter(({ ClientStatus }) => ClientStatus === 'running' || ClientStatus === 'pending');
  }

  function pick<T>(list: readonly T[]): T {
    return list[Math.floor(random() * list.length)] as T;
  }

  async function finish(): Promise<LoadOutcome> {
    const [report, streams, sockets] = await Promise.all([load.stop(), stream.stop(), socket.stop()]);
    const lines = readFileSync(notes, 'utf8').trim().split('\n');
    return { report, streams, sockets, notes: lines.map((line) => JSON.parse(line) as LoadOutcome['notes'][number]) };
  }
}

/** A service behind `/` of the edge, on so many instances. Resolves when the edge has it. */
export async function deployService(agent: LoadTarget, count: number): Promise<void> {
  await agent.run(jobOf(count, 0, ''));
  await until('the edge serves it', async () => (await fetch(agent.edgeUrl)).ok, CHANGE_MS);
}

/** No request failed but what was in flight on a killed instance and may not be repeated; and that is no more than it can have had. */
export function expectOnlyKilled({ report, streams, sockets }: LoadOutcome, kills: readonly Kill[]): void {
  const unexplained = report.failures.filter((failure) => !kills.some((kill) => isOf(failure, kill)));
  expect(unexplained).toEqual([]);
  expect(report.failures.length).toBeLessThanOrEqual(kills.length * MOST_IN_FLIGHT);
  for (const life of [...streams, ...sockets])
    if (!kills.some(({ instance }) => instance === life.instance)) expect(life).toMatchObject({ isWhole: true });
}

/** All connections of the load might be at one instance, if the others are slow. */
const MOST_IN_FLIGHT = 64;
/** A socket's end is known to the edge after one turn of its event loop, which takes its time on a machine that is busy. */
const NOTICE_MS = 500;

function isOf({ method, begunAt, failedAt }: Failure, { at }: Kill): boolean {
  return method === 'POST' && begunAt < at + NOTICE_MS && failedAt >= at;
}

/** The figures, one line each. */
export function shownOutcome({ report, streams, sockets, notes }: LoadOutcome): string {
  const quiet = notes.map(({ quietMs }) => quietMs);
  const late = notes.reduce((sum, note) => sum + note.late, 0);
  return [
    shownLoad(report),
    `streams: ${shownLives(streams)}; WebSockets: ${shownLives(sockets)}`,
    `${notes.length} instances ended in order; without a request before the signal: ${Math.min(...quiet)} to ${Math.max(...quiet)} ms; requests after it: ${late}`,
    ...report.failures.slice(0, 10).map(({ method, what }) => `  ${method}: ${what.trim()}`),
  ].join('\n');
}

function shownLives(lives: LongLived['lives']): string {
  return `${lives.filter(({ isWhole }) => isWhole).length} of ${lives.length} ended in order`;
}

function jobOf(count: number, version: number, notes: string): string {
  return `
job "${JOB}" {
  datacenters = ["dc1"]
  update {
    max_parallel     = 1
    min_healthy_time = "100ms"
    health_check     = "checks"
  }
  migrate {
    min_healthy_time = "100ms"
  }
  group "g" {
    count = ${count}
    network {
      port "http" {}
    }
    restart {
      attempts = 10
      interval = "10m"
      delay    = "100ms"
    }
    service {
      name = "${JOB}"
      port = "http"
      route { path = "/" }
      check {
        type     = "http"
        path     = "/health"
        interval = "1s"
        timeout  = "2s"
      }
    }
    task "serve" {
      driver = "raw_exec"
      config {
        command = ${JSON.stringify(process.execPath)}
        args    = [${JSON.stringify(SERVICE)}]
      }
      env {
        VERSION = "${version}"
        NOTES   = ${JSON.stringify(notes)}
      }
      resources {
        cpu    = 20
        memory = 64
      }
    }
  }
}`;
}
