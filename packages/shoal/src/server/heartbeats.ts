import { Presence } from '../presence.ts';
import { Countdowns } from './countdowns.ts';
import { nowNanos, type ServerDeps } from './deps.ts';
import type { Nodes } from './nodes.ts';
import { patienceWith } from './patience.ts';

const SECOND = 1000;

export type HeartbeatSettings = {
  /** Shortest time between two heartbeats of a node. */
  minTtlMs: number;
  /** How many nodes may report per second, all together; more nodes make each report less often. */
  maxPerSecond: number;
  /** How late a heartbeat may be. */
  graceMs: number;
  /** The node of this server's own machine. */
  ownNode?: string;
};

export const HEARTBEAT_DEFAULTS: HeartbeatSettings = { minTtlMs: 10 * SECOND, maxPerSecond: 50, graceMs: 10 * SECOND };

/** Between two looks at who is overdue, as a part of the shortest term. */
const LOOKS_PER_TERM = 20;
const LEAST_PAUSE_MS = 20;
/** What is waited for may end earlier than it was to: a job is stopped, or an allocation. */
const LONGEST_WAIT_MS = 10 * SECOND;

/**
 * Notices nodes that have gone silent, by the monotonic clock: setting the clock expires nobody. A server that hears none of several nodes takes
 * itself for cut off: their work goes on where it is, and marking them down would only have it started anew when the network is back.
 */
export class Heartbeats {
  readonly #deps: ServerDeps;
  readonly #nodes: Nodes;
  readonly #settings: HeartbeatSettings;
  readonly #presence = new Presence();
  /** The node of this machine is heard whatever the network does, so it says nothing about it. */
  readonly #own = new Presence();
  /** Disconnected nodes, and when each is looked at next (milliseconds of the monotonic clock). */
  readonly #waitedFor = new Map<string, number>();
  readonly #countdowns: Countdowns;
  #timer: NodeJS.Timeout | undefined;
  #saidAlone = false;

  constructor(deps: ServerDeps, nodes: Nodes, settings: HeartbeatSettings) {
    this.#deps = deps;
    this.#nodes = nodes;
    this.#settings = settings;
    this.#countdowns = new Countdowns(deps.now);
  }

  /** After a start nobody has been heard yet: everyone gets a whole term. */
  start(): void {
    for (const { ID, Status } of this.#deps.state.tables.nodes.values()) {
      if (Status === 'disconnected') this.#waitedFor.set(ID, performance.now());
      else if (Status !== 'down') this.heard(ID);
    }
    this.#timer ??= setInterval(() => this.#look(), this.#everyMs()).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Starts the node's term anew; answers how long it may take to its next heartbeat. */
  heard(nodeId: string): number {
    const ttlMs = this.#ttl();
    this.#waitedFor.delete(nodeId);
    const presence = nodeId === this.#settings.ownNode ? this.#own : this.#presence;
    presence.heard(nodeId, performance.now(), ttlMs + this.#settings.graceMs);
    return ttlMs;
  }

  #ttl(): number {
    const { minTtlMs, maxPerSecond } = this.#settings;
    const ttlMs = Math.max(minTtlMs, (this.#presence.size / maxPerSecond) * SECOND);
    return Math.round(ttlMs * (1 + this.#deps.random() / 10));
  }

  #everyMs(): number {
    const { minTtlMs, graceMs } = this.#settings;
    return Math.max(LEAST_PAUSE_MS, Math.min(SECOND, (minTtlMs + graceMs) / LOOKS_PER_TERM));
  }

  #look(): void {
    for (const presence of [this.#presence, this.#own])
      for (const nodeId of presence.silent(performance.now(), this.#everyMs())) this.#missed(nodeId);
    for (const [nodeId, at] of this.#waitedFor) if (at <= performance.now()) this.#missed(nodeId);
    const isAlone = this.#presence.isAlone;
    if (isAlone && !this.#saidAlone)
      this.#deps.log.warn(
        {},
        'server: no node has been heard in time, so it seems to be this server that is cut off: no node is taken for down until one is heard',
      );
    this.#saidAlone = isAlone;
  }

  /** It is down, unless something that it runs is to be waited for. */
  #missed(nodeId: string): void {
    const { state, log } = this.#deps;
    const known = state.tables.nodes.get(nodeId);
    this.#waitedFor.delete(nodeId);
    if (!known) return;
    const until = patienceWith(state.tables, nodeId, nowNanos(this.#deps));
    const leftMs = this.#countdowns.leftMs(nodeId, until / 1e6);
    const status = leftMs > 0 ? 'disconnected' : 'down';
    if (leftMs > 0) this.#waitedFor.set(nodeId, performance.now() + Math.min(leftMs, LONGEST_WAIT_MS));
    else this.#countdowns.forget(nodeId);
    if (known.Status === status) return;
    log.warn({ node: nodeId, status }, `server: a node missed its heartbeat and is ${status}`);
    this.#nodes.setStatus(nodeId, status, '', 'Node heartbeat missed').catch((error: unknown) => {
      log.error({ node: nodeId, error: String(error) }, `server: could not mark a node ${status}; trying again`);
      this.heard(nodeId);
    });
  }
}
