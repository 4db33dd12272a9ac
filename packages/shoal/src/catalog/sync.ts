import { sameEntry } from './register.ts';
import type { CheckEntry, ServiceEntryRow } from './registration.ts';
import type { Registry, RegistryChange } from './registry/registry.ts';
import { checkDifference, checkReplica, serviceReplica } from './replica.ts';
import {
  type AgentFacts,
  CONSUL_SERVICE,
  consulServiceEntry,
  nodeEntry,
  SERF_HEALTH,
  serfHealthEntry,
} from './self.ts';
import type { CatalogWriter, NodeChange, NodeRows, NodeScope } from './writer.ts';

/**
 * Anti-entropy: keeps the catalog's rows of this node what the registry says. All of it at the start, from time to time, and when somebody else wrote them;
 * at once when something changes here. A check whose output alone changes is told within an interval.
 */
export type SyncDeps = {
  readonly registry: Registry;
  readonly writer: CatalogWriter;
  readonly facts: AgentFacts;
  /** 0 ≤ n < 1 */
  readonly random: () => number;
  readonly onFailure: (error: unknown) => void;
  /** How often all is compared although nothing is known to have changed. */
  readonly fullEveryMs?: number;
  /** How long a change of output alone may wait (Consul's check_update_interval). */
  readonly outputEveryMs?: number;
  /** How long after a failure it is tried again. */
  readonly retryMs?: number;
};

const FULL_EVERY_MS = 60_000;
const OUTPUT_EVERY_MS = 5 * 60_000;
const RETRY_MS = 1_000;

export class CatalogSync {
  readonly #deps: SyncDeps;
  readonly #ends: (() => void)[] = [];
  /** Checks whose output is due to be told. */
  readonly #dueOutputs = new Set<string>();
  readonly #outputTimers = new Map<string, NodeJS.Timeout>();
  /** What may differ from the catalog. */
  #dirty = new Dirty();
  /** Services that were registered and not yet told: what others made of their tags before that is over. */
  #anew = new Set<string>();
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #started = false;

  constructor(deps: SyncDeps) {
    this.#deps = deps;
  }

  /** Resolves when the catalog has been brought up to date for the first time, or the attempt failed and will be repeated. */
  async start(): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    const { registry, writer, facts } = this.#deps;
    this.#ends.push(registry.onChange((change) => this.#changed(change)));
    this.#ends.push(writer.onChange(facts.nodeName, (scope) => void this.#touch(scope)));
    await this.#touch('all');
  }

  /** The rows stay: an agent that restarts is not gone. */
  async stop(): Promise<void> {
    this.#started = false;
    for (const end of this.#ends.splice(0)) end();
    clearTimeout(this.#timer);
    for (const timer of this.#outputTimers.values()) clearTimeout(timer);
    this.#outputTimers.clear();
    await this.#running;
  }

  /** Compares all of it anew: nobody knows what was written while the catalog could not be reached. */
  resync(): Promise<void> {
    return this.#started ? this.#touch('all') : Promise.resolve();
  }

  /** Resolves when what the registry says now is in the catalog, or could not be brought there and will be again. */
  flush(): Promise<void> {
    if (!this.#started || !this.#dirty.any) return this.#running ?? Promise.resolve();
    this.#running ??= this.#run();
    return this.#running;
  }

  #touch(scope: NodeScope): Promise<void> {
    this.#dirty.add(scope);
    return this.flush();
  }

  async #run(): Promise<void> {
    // Changes that come together are told together.
    await Promise.resolve();
    let failed = false;
    while (this.#dirty.any && !failed) failed = !(await this.#syncOnce());
    this.#running = undefined;
    this.#planNext(failed);
  }

  async #syncOnce(): Promise<boolean> {
    const { writer, facts } = this.#deps;
    const scope = this.#dirty.take();
    const anew = this.#anew;
    this.#anew = new Set();
    try {
      const change = this.#compare(await writer.read(facts.nodeName, scope), scope, anew);
      if (change) await writer.write(facts.nodeName, change);
      return true;
    } catch (error) {
      this.#dirty.add('all');
      for (const id of anew) this.#anew.add(id);
      this.#deps.onFailure(error);
      return false;
    }
  }

  /** Undefined when all is as it should be. */
  #compare(held: NodeRows, scope: NodeScope, anew: ReadonlySet<string>): NodeChange | undefined {
    const node = nodeEntry(this.#deps.facts);
    const services = this.#services(held, scope, anew);
    const checks = this.#checks(scope);
    const change: NodeChange = {
      ...((!held.node || !sameEntry(held.node, node)) && { node }),
      services: services.filter((entry) => !isHeld(held.services.get(entry.ServiceID), entry)),
      checks: checks.filter((entry) => this.#isDue(held, entry)),
      removeServices: missing(held.services, services, (entry) => entry.ServiceID),
      removeChecks: missing(held.checks, checks, (entry) => entry.CheckID),
    };
    const lists = [change.services, change.checks, change.removeServices, change.removeChecks];
    return change.node || lists.some((list) => list.length > 0) ? change : undefined;
  }

  #services(held: NodeRows, scope: NodeScope, anew: ReadonlySet<string>): ServiceEntryRow[] {
    const { registry, facts } = this.#deps;
    const own = consulServiceEntry(facts);
    const registered = inScope(registry.services, scope === 'all' ? scope : scope.services).map((service) =>
      serviceReplica(facts.nodeName, service, anew.has(service.id) ? undefined : held.services.get(service.id)),
    );
    return own ? [own, ...registered.filter((entry) => entry.ServiceID !== CONSUL_SERVICE)] : registered;
  }

  #checks(scope: NodeScope): CheckEntry[] {
    const { registry, facts } = this.#deps;
    const registered = inScope(registry.checks, scope === 'all' ? scope : scope.checks).map((check) =>
      checkReplica(facts.nodeName, check, registry.services.get(check.definition.serviceId)),
    );
    return [serfHealthEntry(facts), ...registered.filter((entry) => entry.CheckID !== SERF_HEALTH)];
  }

  #isDue(held: NodeRows, entry: CheckEntry): boolean {
    const difference = checkDifference(held.checks.get(entry.CheckID), entry);
    if (difference === 'none') return false;
    if (difference === 'all' || this.#dueOutputs.delete(entry.CheckID)) return true;
    this.#planOutput(entry.CheckID);
    return false;
  }

  #changed(change: RegistryChange): void {
    if (change.kind === 'service') this.#anew.add(change.id);
    if (change.outputOnly) this.#planOutput(change.id);
    else void this.#touch(scopeOf(change));
  }

  /** Spread, so that checks that began together do not write together for ever. */
  #planOutput(id: string): void {
    if (!this.#started || this.#outputTimers.has(id) || this.#dueOutputs.has(id)) return;
    const everyMs = this.#deps.outputEveryMs ?? OUTPUT_EVERY_MS;
    const timer = setTimeout(
      () => {
        this.#outputTimers.delete(id);
        this.#dueOutputs.add(id);
        void this.#touch({ services: NONE, checks: new Set([id]) });
      },
      everyMs / 2 + (everyMs / 2) * this.#deps.random(),
    );
    timer.unref();
    this.#outputTimers.set(id, timer);
  }

  /** Constant changes do not put the next full comparison off; only a failure brings it nearer. */
  #planNext(failed: boolean): void {
    if (!this.#started || (this.#timer && !failed)) return;
    clearTimeout(this.#timer);
    const { retryMs = RETRY_MS, fullEveryMs = FULL_EVERY_MS } = this.#deps;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        void this.#touch('all');
      },
      failed ? retryMs : fullEveryMs,
    );
    this.#timer.unref();
  }
}

const NONE: ReadonlySet<string> = new Set();

/** Collects scopes until they are taken. */
class Dirty {
  #all = false;
  #services = new Set<string>();
  #checks = new Set<string>();

  get any(): boolean {
    return this.#all || this.#services.size + this.#checks.size > 0;
  }

  add(scope: NodeScope): void {
    if (scope === 'all') {
      this.#all = true;
      return;
    }
    for (const id of scope.services) this.#services.add(id);
    for (const id of scope.checks) this.#checks.add(id);
    // The node's own row and the agent's entries are in every scope; this one stands for them.
    this.#checks.add(SERF_HEALTH);
  }

  take(): NodeScope {
    const scope = this.#all ? 'all' : { services: this.#services.add(CONSUL_SERVICE), checks: this.#checks };
    this.#all = false;
    this.#services = new Set();
    this.#checks = new Set();
    return scope;
  }
}

function scopeOf({ kind, id }: RegistryChange): NodeScope {
  const ids = new Set([id]);
  return kind === 'service' ? { services: ids, checks: NONE } : { services: NONE, checks: ids };
}

function inScope<T>(entries: ReadonlyMap<string, T>, scope: 'all' | ReadonlySet<string>): T[] {
  if (scope === 'all') return [...entries.values()];
  return [...scope].flatMap((id) => entries.get(id) ?? []);
}

function isHeld(row: Parameters<typeof sameEntry>[0] | undefined, entry: Parameters<typeof sameEntry>[1]): boolean {
  return row !== undefined && sameEntry(row, entry);
}

/** Ids that the catalog holds and nobody here knows. */
function missing<R, E>(held: ReadonlyMap<string, R>, entries: readonly E[], idOf: (entry: E) => string): string[] {
  const known = new Set(entries.map(idOf));
  return [...held.keys()].filter((id) => !known.has(id));
}
