import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { CommandError } from '../errors.ts';

type Coordinate = { Vec: number[]; Height: number; Adjustment: number };
type NodeCoordinate = { Node: string; Coord: Coordinate };
type DatacenterMap = { Datacenter: string; Coordinates: NodeCoordinate[] };

export const command = defineCommand({
  usage: '[flags] NODE [NODE]',
  description: `Estimates the round trip between two nodes from their coordinates; the second is that of the agent, unless it is given. Nothing
is sent between them for it.`,
  args: [1, 2],
  flags: { wan: { kind: 'bool', help: 'Between servers of datacenters: NODE.DATACENTER' }, ...CONSUL_FLAGS },
  examples: ['rtt worker01', 'rtt worker01 worker02'],
  async run({ flags, args, io, env }) {
    const http = connectConsulHttp(flags, env);
    const [first = '', given] = args;
    const second = given ?? (await ownName());
    const value = await (flags.wan ? servers() : nodes());
    const find = (name: string) => {
      const found = value.find(({ Node }) => Node.toLowerCase() === name.toLowerCase());
      if (!found) throw new CommandError(`Could not find a coordinate for node "${name}"`);
      return found;
    };
    const [a, b] = [find(first), find(second)];
    io.out(
      `Estimated ${a.Node} <-> ${b.Node} rtt: ${(seconds(a.Coord, b.Coord) * 1000).toFixed(3)} ms (using ${flags.wan ? 'WAN' : 'LAN'} coordinates)\n`,
    );
    return 0;

    async function ownName(): Promise<string> {
      const self = await http.ask<{ Config: { NodeName: string; Datacenter: string } }>('GET', '/v1/agent/self');
      const { NodeName = '', Datacenter } = self.value?.Config ?? {};
      return flags.wan ? `${NodeName}.${Datacenter}` : NodeName;
    }

    async function nodes(): Promise<NodeCoordinate[]> {
      return (await http.ask<NodeCoordinate[]>('GET', '/v1/coordinate/nodes')).value ?? [];
    }

    async function servers(): Promise<NodeCoordinate[]> {
      const { value } = await http.ask<DatacenterMap[]>('GET', '/v1/coordinate/datacenters');
      return (value ?? []).flatMap(({ Datacenter, Coordinates }) =>
        Coordinates.map(({ Node, Coord }) => ({ Node: `${Node}.${Datacenter}`, Coord })),
      );
    }
  },
});

/** As Consul documents it for its coordinates. */
function seconds(a: Coordinate, b: Coordinate): number {
  const squares = a.Vec.map((value, at) => (value - (b.Vec[at] ?? 0)) ** 2);
  const direct = Math.sqrt(squares.reduce((sum, square) => sum + square, 0)) + a.Height + b.Height;
  const adjusted = direct + a.Adjustment + b.Adjustment;
  return adjusted > 0 ? adjusted : direct;
}
