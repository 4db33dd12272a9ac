import type { AllocatedPort } from '@shoal/api';
import type { AllocEntry } from '../cluster/entries.ts';
import type { NodePorts } from '../cluster/node-ports.ts';
import type { Nodes, Use } from '../cluster/nodes.ts';
import type { Ask } from './ask.ts';
import type { Verdicts } from './verdicts.ts';
import { FITS } from './verdicts.ts';

/** What an allocation that is replaced gives back on its node, to its successor only. */
export type Credit = { readonly shape: Use; readonly ports: readonly AllocatedPort[] };

export function creditOf(replaced: AllocEntry | undefined): Credit | undefined {
  return replaced?.counted && replaced.shape ? { shape: replaced.shape, ports: replaced.ports } : undefined;
}

const NOTHING: Use = { cpu: 0, memory: 0, disk: 0 };

/** Whether a node has room for an ask: FITS, or the code of what it is short of. */
export class Room {
  /** Of the node that was last found to fit: the shares of cpu and memory that would be left. */
  freeCpu = 0;
  freeMemory = 0;
  readonly #ask: Ask;
  readonly #nodes: Nodes;
  readonly #verdicts: Verdicts;
  readonly #short: { readonly cpu: number; readonly memory: number; readonly disk: number };
  readonly #wantsPorts: boolean;

  constructor(ask: Ask, nodes: Nodes, verdicts: Verdicts) {
    this.#ask = ask;
    this.#nodes = nodes;
    this.#verdicts = verdicts;
    const code = (dimension: string) => verdicts.code('exhausted', dimension);
    this.#short = { cpu: code('cpu'), memory: code('memory'), disk: code('disk') };
    this.#wantsPorts = ask.staticPorts.length > 0 || ask.dynamicPorts.size > 0;
  }

  on(slot: number, credit: Credit | undefined): number {
    const short = this.#wantsPorts ? this.#shortOfPorts(slot, credit) : '';
    if (short !== '') return this.#verdicts.code('exhausted', short);
    const { shape } = this.#ask;
    const back = credit?.shape ?? NOTHING;
    const nodes = this.#nodes;
    const [cpu, memory] = [nodes.cpu[slot]!, nodes.memory[slot]!];
    const freeCpu = cpu - nodes.usedCpu[slot]! - shape.cpu + back.cpu;
    const freeMemory = memory - nodes.usedMemory[slot]! - shape.memory + back.memory;
    if (freeCpu < 0) return this.#short.cpu;
    if (freeMemory < 0) return this.#short.memory;
    if (nodes.disk[slot]! - nodes.usedDisk[slot]! - shape.disk + back.disk < 0) return this.#short.disk;
    this.freeCpu = cpu > 0 ? freeCpu / cpu : 0;
    this.freeMemory = memory > 0 ? freeMemory / memory : 0;
    return FITS;
  }

  #shortOfPorts(slot: number, credit: Credit | undefined): string {
    const ports = this.#nodes.ports(slot);
    for (const { label, port, network } of this.#ask.staticPorts) {
      const address = ports.addressOf(network) ?? '';
      const given = credit?.ports.some((each) => each.Value === port && each.HostIP === address);
      if (!given && ports.has(address, port)) return `network: reserved port collision ${label}=${port}`;
    }
    return this.#enoughDynamic(ports) ? '' : 'network: dynamic port selection failed';
  }

  /** Static ports that lie in the dynamic range, and host networks that share an address, are reckoned with generously. */
  #enoughDynamic(ports: NodePorts): boolean {
    const { staticPorts, dynamicPorts } = this.#ask;
    if (dynamicPorts.size === 0) return true;
    let wanted = 0;
    for (const count of dynamicPorts.values()) wanted += count;
    for (const { port } of staticPorts) wanted += Number(port >= ports.min && port <= ports.max);
    for (const network of dynamicPorts.keys())
      if (ports.freeDynamic(ports.addressOf(network) ?? '') < wanted) return false;
    return true;
  }
}
