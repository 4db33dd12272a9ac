import type { Log } from '../log.ts';
import { Presence } from '../presence.ts';
import type { State } from '../state/state.ts';
import { catalogKey } from '../state/tables.ts';
import type { Op } from '../store/contract.ts';
import { removeNode } from './deregister.ts';
import { CatalogInvalidError, NameTakenError } from './errors.ts';
import { ALIVE_OUTPUT, SERF_HEALTH } from './self.ts';
import { type NodeChange, opsOf } from './writer.ts';

export type AgentsDeps = {
  readonly state: State;
  /** How long an agent may be silent. */
  readonly termMs: number;
  /** Milliseconds of a clock that only runs forward. */
  readonly now: () => number;
  readonly log: Log;
};

/** An agent that says it is there. */
export type LivingAgent = { readonly nodeId: string; readonly name: string };

const GONE_OUTPUT = 'Agent not live or unreachable';
const LOOKS_PER_TERM = 20;
const LEAST_PAUSE_MS = 50;
const PATIENCE_TERMS = 1.5;
const SECOND = 1_000;
/** In each term an agent is heard five times. */
const MOST_TERMS_PER_SECOND = 40;
/** Consul's reconnect_timeout: after that nobody waits for it any more. */
const REAPED_AFTER_MS = 72 * 60 * 60 * 1000;

/**
 * The other agents in the catalog of a server. Each says from time to time that it is there; one that does not is marked (`serfHealth` critical), and
 * with it all its services are, so that names and balancers leave it. It comes back by a word.
 */
export class Agents {
  readonly #deps: AgentsDeps;
  readonly #presence = new Presence();
  /** name in lower case → since when it is marked as gone */
  readonly #gone = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #saidAlone = false;

  constructor(deps: AgentsDeps) {
    this.#deps = deps;
  }

  /** After a start nobody has been heard yet: everyone gets a whole term. `own` is the server's own name. */
  start(own: string): void {
    const { state, now, termMs } = this.#deps;
    for (const check of state.tables.catalogChecks.values()) {
      const name = check.Node.toLowerCase();
      if (check.CheckID !== SERF_HEALTH || name === own.toLowerCase()) continue;
      if (check.Output === ALIVE_OUTPUT) this.#presence.heard(name, now(), termMs);
      if (check.Output === GONE_OUTPUT) this.#gone.set(name, now());
    }
    const everyMs = this.#everyMs();
    this.#timer ??= setInterval(() => this.#look(), everyMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** After that a name whose owner has gone without a word is free. */
  get patienceMs(): number {
    return this.#deps.termMs * PATIENCE_TERMS;
  }

  /** Throws NameTakenError when a living agent has that name already. Answers with the time until it should be heard again, at most. */
  heard(agent: LivingAgent): number {
    const name = agent.name.toLowerCase();
    this.#refuseTaken(agent);
    const termMs = this.#termMs();
    this.#presence.heard(name, this.#deps.now(), termMs);
    if (this.#saidAlone) this.#deps.log.info({}, 'catalog: agents are heard again');
    this.#saidAlone = false;
    this.#gone.delete(name);
    if (this.#health(name)?.Output === GONE_OUTPUT) this.#mark(name, 'passing', ALIVE_OUTPUT);
    return termMs;
  }

  /** The agent leaves for good, with all that it has registered. */
  async left({ nodeId, name }: LivingAgent): Promise<void> {
    const { state } = this.#deps;
    this.#presence.forget(name.toLowerCase());
    if (state.tables.catalogNodes.get(name.toLowerCase())?.ID !== nodeId) return;
    await state.commit({ ops: removeNode(state.tables, name) });
  }

  /** An agent's own rows. What is there of it under an earlier name goes. Resolves with the index of the write. */
  async write(agent: LivingAgent, change: NodeChange): Promise<number> {
    this.#refuseTaken(agent);
    if (agent.name.includes('/')) throw new CatalogInvalidError(`Node name "${agent.name}" must not contain a slash`);
    const { state } = this.#deps;
    const ops = [...opsOf(agent.name, change), ...(change.node ? this.#renamed(agent) : [])];
    let index = state.index();
    for (let from = 0; from < ops.length; from += state.limits.opsPerTxn) {
      const result = await state.commit({ ops: ops.slice(from, from + state.limits.opsPerTxn) });
      if (result.ok) index = result.index;
    }
    return index;
  }

  #renamed({ nodeId, name }: LivingAgent): Op[] {
    const { tables } = this.#deps.state;
    const others = [...tables.catalogNodes.by('id', nodeId)].filter((row) => !isSame(row.Node, name));
    return others.flatMap((row) => removeNode(tables, row.Node));
  }

  #refuseTaken({ nodeId, name }: LivingAgent): void {
    const row = this.#deps.state.tables.catalogNodes.get(name.toLowerCase());
    if (!row || row.ID === '' || row.ID === nodeId || this.#health(name)?.Status !== 'passing') return;
    throw new NameTakenError(name, { id: row.ID, address: row.Address });
  }

  #look(): void {
    const now = this.#deps.now();
    for (const name of this.#presence.silent(now, this.#everyMs())) {
      this.#gone.set(name, now);
      if (!this.#health(name)) continue;
      this.#deps.log.warn({ node: name }, 'catalog: an agent is silent; its services are taken for gone');
      this.#mark(name, 'critical', GONE_OUTPUT);
    }
    if (this.#presence.isAlone && !this.#saidAlone)
      this.#deps.log.warn({}, 'catalog: all agents have fallen silent together: this server seems to be cut off');
    this.#saidAlone = this.#presence.isAlone;
    for (const [name, since] of this.#gone) if (now - since > REAPED_AFTER_MS) this.#reap(name);
  }

  /** Many agents speak less often, so that all together say no more than so much. */
  #termMs(): number {
    return Math.max(this.#deps.termMs, (this.#presence.size / MOST_TERMS_PER_SECOND) * SECOND);
  }

  #everyMs(): number {
    return Math.max(LEAST_PAUSE_MS, this.#deps.termMs / LOOKS_PER_TERM);
  }

  #health(name: string) {
    return this.#deps.state.tables.catalogChecks.get(catalogKey(name, SERF_HEALTH));
  }

  #mark(name: string, status: 'passing' | 'critical', output: string): void {
    const row = this.#health(name);
    if (!row) return;
    const { CreateIndex: _, ModifyIndex, ...entry } = row;
    const key = catalogKey(name, SERF_HEALTH);
    const put: Op = { kind: 'put', table: 'catalogChecks', key, value: { ...entry, Status: status, Output: output } };
    // Written by the agent itself meanwhile: then that is the truth.
    this.#commit({ ops: [put], require: [{ table: 'catalogChecks', key, modifyIndex: ModifyIndex }] }, name);
  }

  #reap(name: string): void {
    this.#gone.delete(name);
    this.#deps.log.info({ node: name }, 'catalog: an agent has been gone for three days and is forgotten');
    this.#commit({ ops: removeNode(this.#deps.state.tables, name) }, name);
  }

  #commit(txn: Parameters<State['commit']>[0], node: string): void {
    this.#deps.state
      .commit(txn)
      .catch((error: unknown) => this.#deps.log.error({ node, error: String(error) }, 'catalog: a write failed'));
  }
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
