import type { Read } from '../../state/read.ts';
import type { CatalogServiceRow } from '../../state/rows.ts';
import { type Instance, instancesOf } from '../health.ts';
import { type GatewayKind, gatewaysTo } from './links.ts';

/** Through what a service is reached in a mesh: its proxies, instances that need none, and terminating gateways that lead to it. */
export function connectInstances(read: Read, name: string): Instance[] {
  const service = name.toLowerCase();
  const own = read.by(read.state.tables.catalogServices, 'mesh', service);
  return instancesOf(read, [...own, ...gateways(read, 'terminating-gateway', service)]);
}

/** The ingress gateways that lead to a service. */
export function ingressInstances(read: Read, name: string): Instance[] {
  return instancesOf(read, gateways(read, 'ingress-gateway', name.toLowerCase()));
}

function gateways(read: Read, kind: GatewayKind, service: string): CatalogServiceRow[] {
  return gatewaysTo(read, kind, service).flatMap((gateway) =>
    read
      .by(read.state.tables.catalogServices, 'name', gateway.toLowerCase())
      .filter(({ ServiceKind }) => ServiceKind === kind),
  );
}
