import type { CheckStatus } from '@shoal/api';
import { aliasOutcome, type Followed } from '../checks/alias.ts';
import type { FollowCatalog } from '../checks/follow-catalog.ts';
import { capturedOutput } from '../checks/output.ts';
import { startRunning } from '../checks/runner.ts';
import { Ttl } from '../checks/ttl.ts';
import { Turns } from '../checks/turns.ts';
import type { RegistrationRules } from './check-run.ts';
import {
  type CheckDefinition,
  type CheckRun,
  NODE_MAINTENANCE,
  type Outcome,
  type RegisteredCheck,
  type RepeatedRun,
  SERVICE_MAINTENANCE,
  type ServiceDefinition,
} from './definitions.ts';
import { RegistrationRefusedError, UnknownServiceError, UnknownTtlCheckError } from './errors.ts';
import type { RegistryFile, Saved } from './file.ts';

/**
 * The services and checks of this agent, and the truth about them: it survives restarts, runs the checks, and the catalog's rows are its replica (sync.ts).
 * Registering and removing resolves when it is on the disk.
 */
export type RegistryDeps = {
  readonly file: RegistryFile;
  /** 0 ≤ n < 1; spreads first runs. */
  readonly random: () => number;
  /** Whether checks may run programs. Default false. */
  readonly scripts?: boolean;
  /** Bytes of a check's output that are kept; MAX_OUTPUT unless given. */
  readonly maxOutput?: number;
  /** The checks of other nodes, for aliases of them; without it those stay as they are. */
  readonly followCatalog?: FollowCatalog;
  /** Checks that run at the same time. */
  readonly maxRunning?: number;
  /** A status that could not be saved: it is lost by a crash, nothing else. */
  readonly onSaveFailure: (error: unknown) => void;
};

export type RegistryChange = {
  readonly kind: 'service' | 'check';
  readonly id: string;
  /** Only a check's output differs: worth telling, but not at once. */
  readonly outputOnly?: boolean;
};

const MAX_RUNNING = 64;

type Live = { stop(): void; ttl?: Ttl };

export class Registry {
  /** What it does for those who register. */
  readonly rules: RegistrationRules;
  readonly #deps: RegistryDeps;
  readonly #turns: Turns;
  readonly #services = new Map<string, ServiceDefinition>();
  readonly #checks = new Map<string, RegisteredCheck>();
  readonly #live = new Map<string, Live>();
  readonly #reapers = new Map<string, Ttl>();
  readonly #aliases = new Set<string>();
  readonly #ranAt = new Map<string, number>();
  readonly #listeners = new Set<(change: RegistryChange) => void>();
  #started = false;

  constructor(deps: RegistryDeps) {
    this.#deps = deps;
    this.rules = { scripts: deps.scripts ?? false, ...(deps.maxOutput !== undefined && { maxOutput: deps.maxOutput }) };
    this.#turns = new Turns(deps.maxRunning ?? MAX_RUNNING);
  }

  /** Loads what was registered before and begins to run the checks. */
  async start(): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    const saved = await this.#deps.file.load();
    for (const service of saved.services) this.#services.set(service.id, service);
    for (const check of saved.checks) this.#checks.set(check.definition.id, check);
    for (const check of this.#checks.values()) this.#run(check);
  }

  async stop(): Promise<void> {
    if (!this.#started) return;
    this.#started = false;
    for (const live of [...this.#live.values(), ...this.#reapers.values()]) live.stop();
    this.#live.clear();
    this.#reapers.clear();
    await this.#save();
  }

  get services(): ReadonlyMap<string, ServiceDefinition> {
    return this.#services;
  }

  get checks(): ReadonlyMap<string, RegisteredCheck> {
    return this.#checks;
  }

  checksOf(serviceId: string): RegisteredCheck[] {
    return [...this.#checks.values()].filter((check) => check.definition.serviceId === serviceId);
  }

  /** When a check has had an outcome last in this life of the agent, Unix milliseconds. */
  ranAt(checkId: string): number | undefined {
    return this.#ranAt.get(checkId);
  }

  onChange(listener: (change: RegistryChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Replaces the service of that id. Its other checks stay unless `replaceChecks`. A check that is known keeps its status. */
  async registerService(
    service: ServiceDefinition,
    checks: readonly CheckDefinition[] = [],
    { replaceChecks = false } = {},
  ): Promise<void> {
    this.#services.set(service.id, service);
    this.#tell({ kind: 'service', id: service.id });
    const kept = new Set(checks.map((check) => check.id));
    for (const { definition } of this.checksOf(service.id)) {
      if (kept.has(definition.id) || definition.run.kind === 'maintenance') continue;
      if (replaceChecks) this.#drop(definition.id);
      // It repeats the service's name and tags.
      else this.#tell({ kind: 'check', id: definition.id });
    }
    for (const check of checks) this.#put(check);
    await this.#save();
  }

  /** The service with its checks. Unknown ids are fine. */
  async deregisterService(id: string): Promise<void> {
    for (const { definition } of this.checksOf(id)) this.#drop(definition.id);
    if (!this.#services.delete(id)) return;
    this.#tell({ kind: 'service', id });
    await this.#save();
  }

  async registerCheck(check: CheckDefinition): Promise<void> {
    if (check.serviceId !== '' && !this.#services.has(check.serviceId))
      throw new RegistrationRefusedError(`ServiceID ${JSON.stringify(check.serviceId)} does not exist`);
    this.#put(check);
    await this.#save();
  }

  async deregisterCheck(id: string): Promise<void> {
    if (!this.#checks.has(id)) return;
    this.#drop(id);
    await this.#save();
  }

  /** The word of whoever looks after a TTL check. */
  updateTtl(id: string, status: CheckStatus, output: string): void {
    const ttl = this.#live.get(id)?.ttl;
    if (!ttl) throw new UnknownTtlCheckError(id);
    ttl.renew();
    this.#report(id, { status, output: capturedOutput(output, this.#checks.get(id)?.definition.maxOutput) });
  }

  /** The first reason stays until maintenance ends. */
  async setServiceMaintenance(serviceId: string, enable: boolean, reason: string): Promise<void> {
    if (!this.#services.has(serviceId))
      throw new UnknownServiceError(`No service registered with ID ${JSON.stringify(serviceId)}`);
    const what = { id: SERVICE_MAINTENANCE + serviceId, name: 'Service Maintenance Mode', serviceId };
    await this.#setMaintenance(what, enable, reason || defaultReason('service'));
  }

  async setNodeMaintenance(enable: boolean, reason: string): Promise<void> {
    const what = { id: NODE_MAINTENANCE, name: 'Node Maintenance Mode', serviceId: '' };
    await this.#setMaintenance(what, enable, reason || defaultReason('node'));
  }

  async #setMaintenance(what: Pick<CheckDefinition, 'id' | 'name' | 'serviceId'>, enable: boolean, notes: string) {
    if (!enable) return this.deregisterCheck(what.id);
    if (this.#checks.has(what.id)) return;
    await this.registerCheck({
      ...what,
      notes,
      initialStatus: 'critical',
      successBeforePassing: 0,
      failuresBeforeCritical: 0,
      deregisterAfterMs: 0,
      run: { kind: 'maintenance' },
    });
  }

  #put(definition: CheckDefinition): void {
    const before = this.#checks.get(definition.id);
    const outcome = before ?? { status: definition.initialStatus, output: '' };
    const check = { definition, status: outcome.status, output: outcome.output };
    this.#end(definition.id);
    this.#checks.set(definition.id, check);
    if (this.#started) this.#run(check);
    this.#changed(definition.id);
  }

  #drop(id: string): void {
    this.#end(id);
    this.#ranAt.delete(id);
    if (this.#checks.delete(id)) this.#changed(id);
  }

  #end(id: string): void {
    this.#live.get(id)?.stop();
    this.#live.delete(id);
    this.#reapers.get(id)?.stop();
    this.#reapers.delete(id);
    this.#aliases.delete(id);
  }

  #run(check: RegisteredCheck): void {
    const { id, run } = check.definition;
    this.#reap(check);
    if (run.kind === 'ttl') {
      const ttl = new Ttl(run.ttlMs, () => this.#expire(id));
      this.#live.set(id, { ttl, stop: () => ttl.stop() });
    } else if (isRepeated(run)) {
      const deps = { random: this.#deps.random, turns: this.#turns };
      this.#live.set(id, { stop: startRunning(check.definition, run, deps, (outcome) => this.#report(id, outcome)) });
    } else if (run.kind === 'alias' && run.node !== undefined) {
      const target = { node: run.node, serviceId: run.serviceId, except: id };
      const stop = this.#deps.followCatalog?.(target, (outcome) => this.#report(id, outcome));
      if (stop) this.#live.set(id, { stop });
    } else if (run.kind === 'alias') {
      this.#aliases.add(id);
      this.#follow(id);
    }
  }

  #expire(id: string): void {
    const last = this.#checks.get(id)?.output ?? '';
    const output =
      last === '' || last.startsWith('TTL expired')
        ? 'TTL expired'
        : `TTL expired. Last output before timeout was: ${last}`;
    this.#report(id, { status: 'critical', output: capturedOutput(output) });
  }

  #report(id: string, outcome: Outcome): void {
    const before = this.#checks.get(id);
    if (before) this.#ranAt.set(id, Date.now());
    if (!before || (before.status === outcome.status && before.output === outcome.output)) return;
    const check = { ...before, ...outcome };
    this.#checks.set(id, check);
    const outputOnly = before.status === outcome.status;
    if (!outputOnly) this.#reap(check);
    this.#changed(id, outputOnly);
    if (!outputOnly) this.#save().catch(this.#deps.onSaveFailure);
  }

  /** Counts down to the removal of a service that stays critical. */
  #reap({ definition, status }: RegisteredCheck): void {
    const { id, serviceId, deregisterAfterMs } = definition;
    this.#reapers.get(id)?.stop();
    this.#reapers.delete(id);
    if (status !== 'critical' || deregisterAfterMs === 0 || serviceId === '') return;
    const remove = () => void this.deregisterService(serviceId).catch(this.#deps.onSaveFailure);
    this.#reapers.set(id, new Ttl(deregisterAfterMs, remove));
  }

  /** Tells, and lets the aliases of what changed follow. */
  #changed(id: string, outputOnly = false): void {
    this.#tell({ kind: 'check', id, ...(outputOnly && { outputOnly }) });
    for (const alias of this.#aliases) if (alias !== id) this.#follow(alias);
  }

  #follow(id: string): void {
    const run = this.#checks.get(id)?.definition.run;
    if (run?.kind !== 'alias') return;
    const followed = [...this.#checks.values()].filter(({ definition }) => {
      const isFollowed = definition.serviceId === run.serviceId || definition.serviceId === '';
      return isFollowed && definition.id !== id;
    });
    this.#report(id, aliasOutcome(followed.map(followedCheck)));
  }

  #tell(change: RegistryChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  #save(): Promise<void> {
    return this.#deps.file.save(
      (): Saved => ({ services: [...this.#services.values()], checks: [...this.#checks.values()] }),
    );
  }
}

function isRepeated(run: CheckRun): run is RepeatedRun {
  return run.kind !== 'ttl' && run.kind !== 'alias' && run.kind !== 'maintenance';
}

function followedCheck({ definition: { name, run }, status, output }: RegisteredCheck): Followed {
  return { name, status, output, isAlias: run.kind === 'alias' };
}

function defaultReason(what: string): string {
  return `Maintenance mode is enabled for this ${what}, but no reason was provided. This is a default message.`;
}
