import type { CheckDefinition, ServiceDefinition } from './registry/definitions.ts';
import type { Registry } from './registry/registry.ts';

/** Where this agent's Nomad API and agents' port are, to register them as Nomad registers itself with Consul. */
export type SelfServices = {
  readonly nodeId: string;
  readonly server: boolean;
  readonly client: boolean;
  /** An address that both the agent's own checks and others can use. */
  readonly address: string;
  readonly httpPort: number;
  readonly rpcPort: number;
};

const PREFIX = /^_nomad-(?:server|client)-/;
const INTERVAL_MS = 10_000;
const TIMEOUT_MS = 5_000;

type Registration = { readonly service: ServiceDefinition; readonly check: CheckDefinition };

/** `nomad` with the tags http, rpc and serf on servers, `nomad-client` with http on clients; each with a check. */
export function selfServices(self: SelfServices): Registration[] {
  const { httpPort, rpcPort } = self;
  const server = [
    registration(self, 'server', 'nomad', 'http', httpPort, 'Nomad Server HTTP Check'),
    registration(self, 'server', 'nomad', 'rpc', rpcPort, 'Nomad Server RPC Check'),
    // Joining goes over the agents' port: there is no gossip port of its own.
    registration(self, 'server', 'nomad', 'serf', rpcPort, 'Nomad Server Serf Check'),
  ];
  const client = [registration(self, 'client', 'nomad-client', 'http', httpPort, 'Nomad Client HTTP Check')];
  return [...(self.server ? server : []), ...(self.client ? client : [])];
}

/** Registers what the agent is now, and removes what it was before. */
export async function registerSelfServices(registry: Registry, self: SelfServices): Promise<void> {
  const wanted = selfServices(self);
  const ids = new Set(wanted.map(({ service }) => service.id));
  for (const id of registry.services.keys()) if (PREFIX.test(id) && !ids.has(id)) await registry.deregisterService(id);
  await Promise.all(
    wanted.map(({ service, check }) => registry.registerService(service, [check], { replaceChecks: true })),
  );
}

function registration(
  { nodeId, address }: SelfServices,
  role: 'server' | 'client',
  name: string,
  tag: string,
  port: number,
  checkName: string,
): Registration {
  const id = `_nomad-${role}-${nodeId}-${name}-${tag}`;
  const weights = { Passing: 1, Warning: 1 };
  const place = { address, port, taggedAddresses: {}, weights };
  const service = { id, name, kind: '', tags: [tag], meta: {}, enableTagOverride: false, ...place };
  const host = `${address.includes(':') ? `[${address}]` : address}:${port}`;
  const timing = { intervalMs: INTERVAL_MS, timeoutMs: TIMEOUT_MS };
  const run: CheckDefinition['run'] =
    tag === 'http'
      ? {
          kind: 'http',
          url: `http://${host}/v1/agent/health?type=${role}`,
          method: 'GET',
          headers: {},
          body: '',
          tlsSkipVerify: false,
          ...timing,
        }
      : { kind: 'tcp', address: host, ...timing };
  const check = {
    id: `${id}-check`,
    name: checkName,
    notes: '',
    serviceId: id,
    // The agent registers itself when it serves.
    initialStatus: 'passing' as const,
    successBeforePassing: 0,
    failuresBeforeCritical: 0,
    deregisterAfterMs: 0,
    run,
  };
  return { service, check };
}
