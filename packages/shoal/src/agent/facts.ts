import type { AgentConfig } from '../config/agent-config.ts';
import type { ConsulFacts } from '../http/consul/deps.ts';
import { builtAt, CONSUL_API_VERSION } from '../version.ts';

export type ConsulFactsDeps = {
  config: AgentConfig;
  nodeId: string;
  isServer: boolean;
  rpcPort: number;
  startedAt: number;
  /** Of the node; a reload may change it. */
  meta: () => Readonly<Record<string, string>>;
};

/** What Consul's API says about this agent. */
export function consulFacts({ config, nodeId, isServer, rpcPort, startedAt, meta }: ConsulFactsDeps): ConsulFacts {
  return {
    nodeId,
    nodeName: config.nodeName,
    datacenter: config.datacenter,
    address: config.advertise.address,
    wanAddress: config.advertise.address,
    taggedAddresses: config.taggedAddresses,
    get meta() {
      return meta();
    },
    ...(isServer && { server: { rpcPort, version: CONSUL_API_VERSION } }),
    version: CONSUL_API_VERSION,
    revision: '',
    builtAt: builtAt(),
    rpcPort,
    startedAt,
  };
}
