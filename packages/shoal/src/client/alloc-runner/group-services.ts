import { isDeepStrictEqual } from 'node:util';
import type { Log } from '../../log.ts';
import type { Registrar, ServiceRegistration } from '../registrar.ts';
import { DEREGISTER_TIMEOUT_MS } from '../services/registrations.ts';

/**
 * The services in a group's block, as they are announced. Changes come faster than the registry answers, so they are worked off one after another
 * towards what was wanted last.
 */
export type GroupServices = {
  /** What is to be announced from now on; an empty list takes all back. */
  want(services: ServiceRegistration[]): void;
  /** How many are announced, or about to be. */
  count(): number;
  /** Resolves when the registry has what is wanted. */
  settled(): Promise<void>;
};

/** `left`: ids that an earlier agent announced for this group; they are taken back unless they are wanted again. */
export function createGroupServices(registrar: Registrar, log: Log, left: readonly string[]): GroupServices {
  const announced = new Map<string, ServiceRegistration | undefined>(left.map((id) => [id, undefined]));
  let wanted: ServiceRegistration[] | undefined;
  let work: Promise<void> = Promise.resolve();

  async function reconcile(): Promise<void> {
    const target = new Map((wanted ?? []).map((service) => [service.id, service]));
    const gone = [...announced.keys()].filter((id) => !target.has(id));
    const changed = [...target.values()].filter((service) => !isDeepStrictEqual(announced.get(service.id), service));
    for (const id of gone) announced.delete(id);
    for (const service of changed) announced.set(service.id, service);
    await Promise.all([
      ...gone.map((id) => registrar.deregister(id, DEREGISTER_TIMEOUT_MS)),
      ...changed.map((service) => registrar.register(service)),
    ]);
  }

  return {
    want(services) {
      if (isDeepStrictEqual(services, wanted)) return;
      wanted = services;
      work = work.then(reconcile).catch((error) => log.warn({ err: error }, 'a group service could not be announced'));
    },
    count: () => Math.max(wanted?.length ?? 0, announced.size),
    settled: () => work,
  };
}
