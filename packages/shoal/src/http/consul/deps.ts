import type { Coordinates } from '../../catalog/coordinates/coordinates.ts';
import type { HeardEvents } from '../../catalog/events/heard.ts';
import type { Registry } from '../../catalog/registry/registry.ts';
import type { AgentFacts } from '../../catalog/self.ts';
import type { Sessions } from '../../catalog/sessions/sessions.ts';
import type { Federation } from '../../federation/federation.ts';
import type { LogLines } from '../../log-lines.ts';
import type { State } from '../../state/state.ts';
import type { AccessRules } from './access.ts';
import type { AskedBefore } from './asked-before.ts';
import type { DnsFacts } from './dns.ts';
import type { HttpMetrics } from './metrics.ts';
import type { Waits } from './waits.ts';

/** What Consul's API needs of the agent. */
export type ConsulApiDeps = {
  readonly state: State;
  readonly registry: Registry;
  /** Resolves when the registry's present content is in the catalog, so that who registers can read it there at once. */
  readonly syncCatalog: () => Promise<void>;
  readonly sessions: Sessions;
  readonly events: HeardEvents;
  readonly coordinates: Coordinates;
  /** Other datacenters. */
  readonly federation: Federation;
  /** UUIDs. */
  readonly newId: () => string;
  /** Bytes of a value and of a transaction. */
  readonly limits?: { readonly value: number; readonly txn: number };
  /** What nobody may ask for, and who may write; all may do all unless given. */
  readonly access?: AccessRules;
  readonly waits?: Waits;
  readonly facts: ConsulFacts;
  /** This agent first. */
  readonly members: () => readonly Member[];
  /** `address:port` of the leader's agents' port; '' while there is none. */
  readonly leader: () => string;
  /** `address:port` of all servers. */
  readonly peers: () => readonly string[];
  readonly metrics: HttpMetrics;
  /** Whether metrics are served to Prometheus. */
  readonly prometheus: () => boolean;
  /** Whether profiles of the agent are served (`enable_debug`). */
  readonly profiling?: boolean;
  /** Whether `/v1/agent/version` is served (`agent_version`). */
  readonly agentVersion?: boolean;
  readonly dns?: DnsFacts;
  /** The agent's log, where it can be followed. */
  readonly logs?: LogLines;
  /** 0 ≤ n < 1 */
  readonly random: () => number;
  /** Milliseconds of a clock that only runs forward. */
  readonly now: () => number;
  /** Milliseconds since the epoch: what a clock on the wall shows. */
  readonly wallClock: () => number;
  /** Reads the configuration again; absent where that is not offered. */
  readonly reload?: () => Promise<void>;
  /** Leaves the cluster and stops the agent. */
  readonly leave?: () => Promise<void>;
};

/** What the endpoints share among themselves. */
export type ConsulContext = ConsulApiDeps & { readonly askedBefore: AskedBefore };

export type ConsulFacts = AgentFacts & {
  readonly version: string;
  /** Git commit of the build, or ''. */
  readonly revision: string;
  /** When the program that runs was built: RFC 3339. */
  readonly builtAt: string;
  readonly rpcPort: number;
  readonly startedAt: number;
};

export type Member = {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly id: string;
  readonly role: 'server' | 'client';
  readonly status: 'alive' | 'leaving' | 'left' | 'failed';
};
