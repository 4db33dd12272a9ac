import { createConsulHttp } from '@shoal/api';
import type { AgentConfig } from '../config/agent-config.ts';
import type { Log } from '../log.ts';
import { startWatches, type Watches } from '../watch/watches.ts';

/** The watches of the configuration, over Consul's API at `consulApi`. Undefined when there are none. */
export function startWatchRole(config: AgentConfig, consulApi: () => string, log: Log): Watches | undefined {
  if (config.watches.length === 0) return undefined;
  return startWatches(config.watches, { http: createConsulHttp({ address: consulApi() }), log });
}
