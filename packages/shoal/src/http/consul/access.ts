import { BlockList, isIPv6 } from 'node:net';
import type { Endpoint } from '../shared/api.ts';
import { eachHandler } from '../shared/each-handler.ts';
import type { ApiRequest } from '../shared/request.ts';

/** What an operator takes away from an agent's users (Consul's documentation, "Agents: Configuration files", `http_config`). */
export type AccessRules = {
  /** Beginnings of paths that nobody may ask for. */
  readonly blocked: readonly string[];
  /** Networks that alone may write, as `10.0.0.0/8`; none: all may. */
  readonly writers: readonly string[];
};

export class AccessRestrictedError extends Error {
  readonly code = 'access-restricted';
  constructor(message: string) {
    super(message);
    this.name = 'AccessRestrictedError';
  }
}

/** The same endpoints, by the rules. */
export function restricted(endpoints: readonly Endpoint[], { blocked, writers }: AccessRules): readonly Endpoint[] {
  if (blocked.length === 0 && writers.length === 0) return endpoints;
  const isWriter = writers.length === 0 ? () => true : within(writers);
  const check = ({ method, path, remoteAddress }: ApiRequest): void => {
    const prefix = blocked.find((beginning) => path.startsWith(beginning));
    if (prefix !== undefined)
      throw new AccessRestrictedError(`Refused: the configuration of this agent blocks ${prefix} (block_endpoints).`);
    if (method !== 'GET' && !isWriter(remoteAddress))
      throw new AccessRestrictedError(
        `Refused: the configuration of this agent lets ${remoteAddress} only read (allow_write_http_from).`,
      );
  };
  return eachHandler(endpoints, (handler) => (request) => {
    check(request);
    return handler(request);
  });
}

function within(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [base = '', length] = network.split('/');
    list.addSubnet(base, Number(length), isIPv6(base) ? 'ipv6' : 'ipv4');
  }
  // Node takes an IPv4 address on an IPv6 socket, ::ffff:10.0.0.1, for what it is.
  return (address) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
