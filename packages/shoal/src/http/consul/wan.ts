import { newCoordinate } from '../../catalog/coordinates/vivaldi.ts';
import { worstStatus } from '../../catalog/health.ts';
import type { Datacenter } from '../../federation/federation.ts';
import type { ConsulApiDeps } from './deps.ts';
import { memberObject } from './objects.ts';

/** The servers of all datacenters, under names with their datacenter: over the wide area only servers know each other. */
export function wanMembers({ members, facts, federation }: ConsulApiDeps) {
  const own = members().filter(({ role }) => role === 'server');
  return [
    ...own.map((member) => memberObject(facts, { ...member, name: `${member.name}.${facts.datacenter}` })),
    ...federation.list().flatMap(serversOf),
  ];
}

function serversOf({ name, servers, roundTripMs }: Datacenter) {
  return servers().map(({ Node, Service, Checks }) => {
    const isAlive = Number.isFinite(roundTripMs()) && worstStatus(Checks ?? []) === 'passing';
    const version = Service.Meta?.['version'] ?? '';
    return memberObject(
      { datacenter: name, version },
      {
        name: `${Node.Node}.${name}`,
        address: Service.Address || Node.Address,
        port: Service.Port,
        id: '',
        role: 'server',
        status: isAlive ? 'alive' : 'failed',
      },
    );
  });
}

/** Their places: those of another datacenter are all as far away as it is from here. */
export function wanCoordinates({ coordinates, members, facts, federation }: ConsulApiDeps) {
  const servers = members().filter(({ role }) => role === 'server');
  const Coordinates = servers.flatMap(({ name }) => coordinates.get(name) ?? []);
  return [
    { Datacenter: facts.datacenter, AreaID: 'wan', Coordinates },
    ...federation.list().map((there) => ({
      Datacenter: there.name,
      AreaID: 'wan',
      Coordinates: Number.isFinite(there.roundTripMs()) ? placesOf(there) : [],
    })),
  ];
}

function placesOf({ servers, roundTripMs }: Datacenter) {
  const Coord = { ...newCoordinate(), Height: roundTripMs() / 1000 };
  return servers().map(({ Node }) => ({ Node: Node.Node, Segment: '', Coord }));
}
