import type { Node, NodeStub, NomadClient } from '@shoal/api';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { CommandError } from '../errors.ts';
import { findNode, ownNode } from '../find/node.ts';
import type { Io } from '../io.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { PAGE_FLAGS, pageAsked, tellNextPage } from '../output/page-flags.ts';
import { nodeText } from '../show/node.ts';
import { nodeTable } from '../show/node-table.ts';

export const command = defineCommand({
  usage: '[flags] [NODE]',
  description: `Lists nodes, or shows one: its state, its drivers, what is allocated and used of it, and its allocations. NODE
may be the beginning of an id, or a node's name.`,
  args: [0, 1],
  flags: {
    self: { kind: 'bool', help: 'The node of the agent that is asked' },
    stats: { kind: 'bool', help: 'All that is measured of the node' },
    short: { kind: 'bool', help: 'Only what the node is' },
    allocs: { kind: 'bool', help: 'In the list: how many allocations run on each' },
    ...PAGE_FLAGS,
    quiet: { kind: 'bool', help: 'In the list: only whole ids' },
    ...DATA_FLAGS,
    os: { kind: 'bool', help: "Taken as Nomad takes it: nodes' attributes are always there", hidden: true },
    verbose: { kind: 'bool', help: 'Show whole ids, attributes and times' },
    ...NOMAD_FLAGS,
  },
  examples: ['node status', 'node status -self', 'node status f1756f25'],
  async run({ flags, args, io, env }) {
    const nomad = connectNomad(flags, env);
    const verbose = flags.verbose === true;
    const [given] = args;
    if (given === undefined && !flags.self) {
      const page = await nomad.nodes.list(pageAsked(flags));
      const ids = () => page.value.map(({ ID }) => `${ID}\n`).join('');
      const listed = () => nodeList(nomad, page.value, io, { verbose, allocs: flags.allocs === true });
      io.out((await asData(page.value, flags)) ?? (flags.quiet ? ids() : await listed()));
      tellNextPage(page, io);
      return 0;
    }
    const id = flags.self ? await ownNode(nomad) : (await findNode(nomad, given ?? '', io)).id;
    const { value: node } = await nomad.nodes.read(id);
    if (!node) throw new CommandError(`the node "${id}" is not known anymore`);
    const data = await asData(node, flags);
    if (data !== undefined) {
      io.out(data);
      return 0;
    }
    const [{ value: allocs }, usage] = await Promise.all([
      nomad.nodes.allocations(id),
      node.Status === 'ready' && !flags.short ? nomad.nodes.stats(id).catch(unknownUsage(io)) : undefined,
    ]);
    const view = { verbose, short: flags.short === true, stats: flags.stats === true };
    io.out(nodeText({ node, allocs, usage, ownUsage: await allocUsage(nomad, allocs, view) }, io, view));
    return 0;
  },
});

/** A node that cannot be reached now must not hide all the rest. */
function unknownUsage(io: Io) {
  return (error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    io.err(`${io.paintErr.yellow('Warning:')} what it uses is not known now: ${text}\n`);
    return undefined;
  };
}

async function allocUsage(
  nomad: NomadClient,
  allocs: readonly { ID: string; ClientStatus: string }[],
  { short }: { short: boolean },
) {
  const running = short ? [] : allocs.filter(({ ClientStatus }) => ClientStatus === 'running');
  // Not knowing one of them is told by the node's own line already.
  const all = await Promise.all(running.map(({ ID }) => nomad.allocations.stats(ID).catch(() => undefined)));
  const known = all.filter((usage) => usage !== undefined).map(({ ResourceUsage }) => ResourceUsage);
  return {
    cpuMhz: known.reduce((sum, { CpuStats }) => sum + CpuStats.TotalTicks, 0),
    memoryBytes: known.reduce((sum, { MemoryStats }) => sum + (MemoryStats.RSS || MemoryStats.Usage), 0),
  };
}

async function nodeList(
  nomad: NomadClient,
  nodes: readonly NodeStub[],
  io: Io,
  { verbose, allocs }: { verbose: boolean; allocs: boolean },
): Promise<string> {
  const running = allocs ? await Promise.all(nodes.map((node) => runningOn(nomad, node))) : undefined;
  return nodeTable(nodes, io, { verbose, ...(running && { running }) });
}

async function runningOn(nomad: NomadClient, { ID }: Pick<Node, 'ID'>): Promise<number> {
  const { value } = await nomad.nodes.allocations(ID);
  return value.filter(({ ClientStatus }) => ClientStatus === 'running').length;
}
