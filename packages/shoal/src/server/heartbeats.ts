import { Presence } from '../presence.ts';
import type { ServerDeps } from './deps.ts';
import type { Nodes } from './nodes.ts';

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
  #timer: NodeJS.Timeout | undefined;
  #saidAlone = false;

  constructor(deps: ServerDeps, nodes: Nodes, settings: HeartbeatSettings) {
    this.#deps = deps;
    this.#nodes = nodes;
    this.#settings = settings;
  }

  /** After a start nobody has been heard yet: everyone gets a whole term. */
  start(): void {
    for (const node of this.#deps.state.tables.nodes.values()) if (node.Status !== 'down') this.heard(node.ID);
    this.#timer ??= setInterval(() => this.#look(), this.#everyMs()).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Starts the node's term anew; answers how long it may take to its next heartbeat. */
  heard(nodeId: string): number {
    const ttlMs = this.#ttl();
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
    const isAlone = this.#presence.isAlone;
    if (isAlone && !this.#saidAlone)
      this.#deps.log.warn(
        {},
        'server: no node has been heard in time, so it seems to be this server that is cut off: no node is taken for down until one is heard',
      );
    this.#saidAlone = isAlone;
  }

  #missed(nodeId: string): void {
    if (!this.#deps.state.tables.nodes.get(nodeId)) return;
    this.#deps.log.warn({ node: nodeId }, 'server: a node missed its heartbeat and is down');
    this.#nodes.setStatus(nodeId, 'down', '', 'Node heartbeat missed').catch((error: unknown) => {
      this.#deps.log.error({ node: nodeId, error: String(error) }, 'server: could not mark a node down; trying again');
      this.heard(nodeId);
    });
  }
}
