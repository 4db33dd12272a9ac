import { createConsulClient } from '@shoal/api';
import type { AgentConfig } from '../config/agent-config.ts';
import { createConsulSource } from '../edge/consul-source.ts';
import { createEdge, type Edge } from '../edge/edge.ts';
import { createEmbeddedPlane } from '../edge/planes/embedded/embedded.ts';
import { isRoutingTag } from '../edge/tags/dialects.ts';
import type { Log } from '../log.ts';

/** The edge of this agent. It follows the catalog through Consul's HTTP API at `consulApi`, such as `http://127.0.0.1:8500`. */
export async function startEdgeRole(config: AgentConfig, consulApi: string, log: Log): Promise<Edge> {
  const warn = (message: string) => log.warn({}, message);
  const port = config.ports.edgeHttp ?? 0;
  const edge = createEdge({
    source: createConsulSource({
      client: createConsulClient({ address: consulApi }),
      isRoutingTag,
      random: Math.random,
      warn,
    }),
    plane: createEmbeddedPlane({
      addresses: config.listen.edge.map((host) => ({ host, port })),
      random: Math.random,
      now: () => performance.now(),
      warn,
    }),
    warn,
  });
  await edge.start();
  return edge;
}
