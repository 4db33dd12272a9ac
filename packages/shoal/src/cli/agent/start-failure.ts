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

/** What the system says of a port, and what to do. The listeners that have errors of their own say it themselves. */
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is taken. Stop the program that has it, or choose another port',
  EACCES: 'this user may not listen there. Choose another port, or start the agent as another user',
};

/** Why the agent did not start; of a port also the flag that sets it. */
export function startFailure(error: unknown, { ports }: Pick<AgentConfig, 'ports'>): unknown {
  const { code, address, port } = placeOf(error);
  const name = (Object.keys(FLAGS) as PortName[]).find((one) => port !== undefined && ports[one] === port);
  if (name === undefined || !(error instanceof Error)) return error;
  const reason = REASONS[code];
  const message = reason ? `Cannot listen on ${address}:${port}: ${reason}.` : error.message;
  return new CommandError(`${message} The flag for it is ${FLAGS[name]}.`);
}

/** The listeners' errors and the system's have their place in different fields. */
function placeOf(error: unknown) {
  const { code, address, port } = (error ?? {}) as { code?: unknown; address?: unknown; port?: unknown };
  const nested = typeof address === 'object' ? (address as { host?: unknown; port?: unknown } | null) : undefined;
  return { code: String(code), address: String(nested?.host ?? address), port: nested?.port ?? port };
}
