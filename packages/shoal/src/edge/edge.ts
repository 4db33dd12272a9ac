import type { DataPlane, PlaneAddress, PlaneStats } from './planes/plane.ts';
import { routesFrom, tcpRoutesFrom } from './routes.ts';
import type { EdgeService } from './service.ts';
import type { CatalogSource } from './source.ts';

export type EdgeDeps = {
  readonly source: CatalogSource;
  readonly plane: DataPlane;
  readonly warn: (message: string) => void;
  /** Told after each configuration that is in force. */
  readonly onApplied?: (applied: { readonly routes: number; readonly backends: number }) => void;
};

/** The edge: what the catalog says becomes what the data plane does. */
export type Edge = {
  /** Resolves when requests are taken; routes follow as soon as the catalog has told them. Throws `EdgeListenError`. */
  start(): Promise<void>;
  /** Resolves when running requests have had their time and everything is closed. */
  stop(): Promise<void>;
  /** Takes requests on one more address. Throws `EdgeListenError`. */
  listen(address: PlaneAddress): Promise<void>;
  addresses(): PlaneAddress[];
  stats(): PlaneStats & { readonly routes: number; readonly backends: number };
};

export function createEdge({ source, plane, warn, onApplied }: EdgeDeps): Edge {
  let newest: readonly EdgeService[] | undefined;
  let applying: Promise<void> | undefined;
  let applied = { routes: 0, backends: 0 };

  return {
    async start() {
      await plane.start();
      source.start((services) => {
        newest = services;
        applying ??= applyNewest();
      });
    },
    async stop() {
      await source.stop();
      await applying;
      await plane.stop();
    },
    listen: (address) => plane.listen(address),
    addresses: () => plane.addresses(),
    stats: () => ({ ...plane.stats(), ...applied }),
  };

  /** One at a time; what comes meanwhile is applied next, and only its last state. */
  async function applyNewest(): Promise<void> {
    while (newest) {
      const services = newest;
      newest = undefined;
      try {
        await apply(services);
      } catch (error) {
        warn(`edge: ${plane.name} did not take the new routes, the former ones stay: ${messageOf(error)}`);
      }
    }
    applying = undefined;
  }

  async function apply(services: readonly EdgeService[]): Promise<void> {
    const routes = routesFrom(services);
    const tcp = tcpRoutesFrom(services);
    await plane.apply({ routes, tcp });
    const all = [...routes, ...tcp];
    applied = { routes: all.length, backends: all.reduce((sum, route) => sum + route.backends.length, 0) };
    onApplied?.(applied);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
