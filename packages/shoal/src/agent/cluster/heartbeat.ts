import type { Log } from '../../log.ts';
import type { AgentHello, AliveAnswer } from '../../rpc/agent-requests.ts';
import { pause } from '../../rpc/deadline.ts';
import { CertificateError, RequestRefusedError } from '../../rpc/errors.ts';
import type { Link } from '../../rpc/link.ts';
import { PATHS } from '../../rpc/protocol.ts';
import { parseServer, type ServerList } from '../../rpc/server-list.ts';
import { AgentRefusedError } from './errors.ts';

/** Words per term that the servers give: several may be lost. */
const PER_TERM = 5;
const FIRST_PAUSE_MS = 1_000;
const LEAST_PAUSE_MS = 200;
const MOST_PAUSE_MS = 5_000;
/** Words that are on their way at once: the next does not wait for one that may have been lost. */
const MOST_OPEN = 4;
const TIMEOUT_MS = 6_000;
/** Without an answer for so long, or half a term if that is less, the servers count as away. */
const AWAY_AFTER_MS = 5_000;
const LEAST_AWAY_AFTER_MS = 2_000;
/** How long the start waits for a server. */
const FIRST_CONTACT_MS = 3_000;
const COMPLAIN_EVERY_MS = 60_000;

export type HeartbeatDeps = {
  readonly link: Link;
  readonly servers: ServerList;
  readonly agent: AgentHello;
  /** The servers answer again (or for the first time). */
  readonly onReturn: () => void;
  readonly onServers: () => void;
  readonly log: Log;
};

/** Says to the servers that this agent lives, and finds out whether they do. */
export class Heartbeat {
  readonly #deps: HeartbeatDeps;
  #open = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #awayAfterMs = AWAY_AFTER_MS;
  #answeredAt: number | undefined;
  #startedAt = 0;
  #isAway = false;
  #refused: RequestRefusedError | CertificateError | undefined;
  #complainedAt = Number.NEGATIVE_INFINITY;
  #heardFirst: () => void = () => undefined;
  readonly #first = new Promise<void>((resolve) => {
    this.#heardFirst = resolve;
  });

  constructor(deps: HeartbeatDeps) {
    this.#deps = deps;
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  /** Resolves when a server knows this agent, or when none has answered for a while: then it goes on trying. Rejects with AgentRefusedError. */
  async start(): Promise<void> {
    const { link, log, servers } = this.#deps;
    this.#startedAt = performance.now();
    void this.#run();
    await Promise.race([this.#first, pause(FIRST_CONTACT_MS, link.stopped)]);
    // A name may still belong to a former life of this machine, until the servers have missed that.
    while (this.#refused !== undefined && !link.stopped.aborted) {
      const waitedMs = performance.now() - this.#startedAt;
      if (isOfClock(this.#refused)) break;
      if (waitedMs > patienceOf(this.#refused)) throw new AgentRefusedError(this.#refused.message);
      await pause(LEAST_PAUSE_MS, link.stopped);
    }
    if (this.#answeredAt !== undefined || link.stopped.aborted) return;
    log.info({}, `agent: no server answers yet (${servers}); trying again until one does`);
    this.#away();
  }

  async #run(): Promise<void> {
    const { link } = this.#deps;
    while (!link.stopped.aborted) {
      if (this.#open < MOST_OPEN) void this.#say();
      await pause(this.#pauseMs, link.stopped);
      this.#look();
    }
  }

  async #say(): Promise<void> {
    const { link, agent } = this.#deps;
    this.#open += 1;
    try {
      const options = { signal: link.stopped, timeoutMs: TIMEOUT_MS, down: 'ask' } as const;
      this.#answered(await link.call<AliveAnswer>(PATHS.alive, { agent }, options));
    } catch (error) {
      if (error instanceof RequestRefusedError || error instanceof CertificateError) this.#refuse(error);
      else if (!link.stopped.aborted) this.#complain(error);
    } finally {
      this.#open -= 1;
    }
  }

  #answered({ ttlMs, servers }: AliveAnswer): void {
    const known = this.#deps.servers.learn(servers.flatMap((text) => parseServer(text, 0) ?? []));
    if (known) this.#deps.onServers();
    this.#pauseMs = Math.min(MOST_PAUSE_MS, Math.max(LEAST_PAUSE_MS, ttlMs / PER_TERM));
    this.#awayAfterMs = Math.min(AWAY_AFTER_MS, Math.max(LEAST_AWAY_AFTER_MS, ttlMs / 2));
    this.#answeredAt = performance.now();
    this.#refused = undefined;
    this.#heardFirst();
    if (this.#isAway) this.#back();
  }

  /** A server that refuses is there all the same. */
  #refuse(error: RequestRefusedError | CertificateError): void {
    if (error instanceof RequestRefusedError) {
      this.#answeredAt = performance.now();
      if (this.#isAway) this.#back();
    }
    const { message } = error;
    const isNews = this.#refused?.message !== message || performance.now() - this.#complainedAt > COMPLAIN_EVERY_MS;
    this.#refused = error;
    this.#heardFirst();
    if (!isNews) return;
    this.#complainedAt = performance.now();
    this.#deps.log.warn({}, `agent: the servers do not take this agent: ${message}`);
  }

  #complain(error: unknown): void {
    this.#deps.log.debug({ error: String(error) }, 'agent: a word to the servers was not answered');
  }

  #look(): void {
    const silentMs = performance.now() - (this.#answeredAt ?? this.#startedAt);
    if (this.#isAway || silentMs < this.#awayAfterMs || this.#answeredAt === undefined) return;
    this.#deps.log.warn({}, `agent: no server answers (${this.#deps.servers}); going on with what is known here`);
    this.#away();
  }

  #away(): void {
    this.#isAway = true;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#deps.link.setDown(true);
  }

  #back(): void {
    this.#isAway = false;
    this.#deps.link.setDown(false);
    this.#deps.link.reset();
    this.#deps.log.info({}, 'agent: the servers answer');
    this.#deps.onReturn();
  }
}

function isOfClock(error: RequestRefusedError | CertificateError): boolean {
  return error instanceof CertificateError && error.isOfClock;
}

function patienceOf(error: RequestRefusedError | CertificateError): number {
  return error instanceof RequestRefusedError ? (error.patienceMs ?? 0) : 0;
}
