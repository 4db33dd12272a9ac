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
};

export const HEARTBEAT_DEFAULTS: HeartbeatSettings = { minTtlMs: 10 * SECOND, maxPerSecond: 50, graceMs: 10 * SECOND };

/** Notices nodes that have gone silent. Timers run on the monotonic clock, so that setting the clock expires nobody. */
export class Heartbeats {
  readonly #deps: ServerDeps;
  readonly #nodes: Nodes;
  readonly #settings: HeartbeatSettings;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(deps: ServerDeps, nodes: Nodes, settings: HeartbeatSettings) {
    this.#deps = deps;
    this.#nodes = nodes;
    this.#settings = settings;
  }

  /** After a start nobody has been heard yet: everyone gets a whole term. */
  start(): void {
    for (const node of this.#deps.state.tables.nodes.values()) if (node.Status !== 'down') this.heard(node.ID);
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Starts the node's term anew; answers how long it may take to its next heartbeat. */
  heard(nodeId: string): number {
    const ttlMs = this.#ttl();
    clearTimeout(this.#timers.get(nodeId));
    this.#timers.set(nodeId, setTimeout(() => this.#missed(nodeId), ttlMs + this.#settings.graceMs).unref());
    return ttlMs;
  }

  #ttl(): number {
    const { minTtlMs, maxPerSecond } = this.#settings;
    const ttlMs = Math.max(minTtlMs, (this.#timers.size / maxPerSecond) * SECOND);
    return Math.round(ttlMs * (1 + this.#deps.random() / 10));
  }

  #missed(nodeId: string): void {
    this.#timers.delete(nodeId);
    if (!this.#deps.state.tables.nodes.get(nodeId)) return;
    this.#deps.log.warn({ node: nodeId }, 'server: a node missed its heartbeat and is down');
    this.#nodes.setStatus(nodeId, 'down', '', 'Node heartbeat missed').catch((error: unknown) => {
      this.#deps.log.error({ node: nodeId, error: String(error) }, 'server: could not mark a node down; trying again');
      this.heard(nodeId);
    });
  }
}
