import type { ConsulClient, ServiceEntry } from '@shoal/api';
import { follow } from './follow.ts';
import type { EdgeInstance, EdgeService } from './service.ts';
import type { CatalogSource } from './source.ts';

export type ConsulSourceDeps = {
  readonly client: ConsulClient;
  /** Whether a tag makes a route: services without one are not followed. */
  readonly isRoutingTag: (tag: string) => boolean;
  readonly random: () => number;
  readonly warn: (message: string) => void;
  /** How long one blocking query waits. Default 60 s. */
  readonly waitMs?: number;
};

/** Follows a catalog by Consul's HTTP API alone: one blocking query for the list of services, and one for each service that has a route. */
export function createConsulSource(deps: ConsulSourceDeps): CatalogSource {
  const { client, random, waitMs = 60_000 } = deps;
  const services = new Map<string, EdgeService>();
  const followed = new Map<string, { readonly end: AbortController; readonly done: Promise<void> }>();
  const stopping = new AbortController();
  let list: Promise<void> | undefined;
  let tell: (services: readonly EdgeService[]) => void = () => undefined;
  let isAnnounced = false;
  /** Services of the first list that have not answered yet: a picture without them would turn requests away. */
  let awaited: Set<string> | undefined;

  return {
    start(onServices) {
      if (list || stopping.signal.aborted) return;
      tell = onServices;
      list = follow({
        ask: (index, signal) => client.catalogServices({ ...blocking(index), signal }),
        onAnswer: updateList,
        onFailure: reportFailure,
        random,
        signal: stopping.signal,
      });
    },
    async stop() {
      stopping.abort();
      for (const { end } of followed.values()) end.abort();
      await Promise.all([list, ...[...followed.values()].map(({ done }) => done)]);
    },
  };

  function updateList(tagsByName: Record<string, string[]>): void {
    const wanted = new Set(Object.keys(tagsByName).filter((name) => tagsByName[name]?.some(deps.isRoutingTag)));
    awaited ??= new Set(wanted);
    for (const name of wanted) if (!followed.has(name)) followService(name);
    for (const name of followed.keys()) if (!wanted.has(name)) forgetService(name);
    announce();
  }

  function followService(name: string): void {
    const end = new AbortController();
    const done = follow({
      ask: (index, signal) => client.healthService(name, { ...blocking(index), signal }),
      onAnswer: (entries: ServiceEntry[]) => {
        services.set(name, { name, instances: entries.map(instanceOf) });
        awaited?.delete(name);
        announce();
      },
      // The list's own failures are told; a service fails with it.
      onFailure: () => undefined,
      random,
      signal: end.signal,
    });
    followed.set(name, { end, done });
  }

  function forgetService(name: string): void {
    followed.get(name)?.end.abort();
    followed.delete(name);
    services.delete(name);
    awaited?.delete(name);
  }

  /** Changes of one turn of the event loop are told together. */
  function announce(): void {
    if (isAnnounced || !awaited || awaited.size > 0) return;
    isAnnounced = true;
    setImmediate(() => {
      isAnnounced = false;
      if (!stopping.signal.aborted) tell([...services.values()]);
    });
  }

  function reportFailure(attempts: number, error: unknown): void {
    if (attempts === 1) deps.warn(`edge: the catalog cannot be read, routes stay as they are: ${reason(error)}`);
    if (attempts === 0) deps.warn('edge: the catalog can be read again');
  }

  function blocking(index: number | undefined): { index?: number; waitMs: number } {
    return index === undefined ? { waitMs } : { index, waitMs };
  }
}

function instanceOf({ Node, Service, Checks }: ServiceEntry): EdgeInstance {
  return {
    id: `${Node.Node}/${Service.ID}`,
    address: Service.Address || Node.Address,
    port: Service.Port,
    tags: Service.Tags ?? [],
    weight: Math.max(1, Service.Weights?.Passing ?? 1),
    passing: Checks.every((check) => check.Status === 'passing'),
  };
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${cause}`;
}
