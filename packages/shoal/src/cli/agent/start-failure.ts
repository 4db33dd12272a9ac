import type { AgentConfig, PortName } from '../../config/agent-config.ts';
import { CommandError } from '../errors.ts';

const FLAGS: Readonly<Record<PortName, string>> = {
  http: '-http-port',
  consulHttp: '-consul-http-port',
  dns: '-dns-port',
  rpc: '-rpc-port',
  edgeHttp: '-edge-http-port',
  edgeHttps: '-edge-https-port',
};

/** Why the agent did not start, with what to do about it where that is known. */
export function startFailure(error: unknown, config: Pick<AgentConfig, 'ports'>): unknown {
  const { code, port, address } = error as { code?: unknown; port?: unknown; address?: unknown };
  if (typeof port !== 'number') return error;
  const flag = flagOf(port, config);
  const another = flag ? ` or choose another port with ${flag} (or ports { … } in its configuration)` : '';
  if (code === 'EADDRINUSE')
    return new CommandError(
      `port ${port} on ${String(address)} is taken: does an agent run already? Stop what has it,${another || ' or choose another port'}.`,
    );
  if (code === 'EACCES')
    return new CommandError(`this user may not listen on port ${port}: start the agent as another,${another}.`);
  return error;
}

function flagOf(port: number, { ports }: Pick<AgentConfig, 'ports'>): string | undefined {
  const name = (Object.keys(FLAGS) as PortName[]).find((one) => ports[one] === port);
  return name && FLAGS[name];
}
