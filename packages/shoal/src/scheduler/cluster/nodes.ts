import type { Node } from '@shoal/api';
import { ChangeLog } from './change-log.ts';
import { NodePorts } from './node-ports.ts';

/** What an allocation takes of a node: MHz, MB, MB. */
export type Use = { readonly cpu: number; readonly memory: number; readonly disk: number };

/**
 * The nodes as columns: a node has a slot for good, found by its id; a slot without a row is a node that is not known (yet, or any more).
 */
export class Nodes {
  readonly #slots = new Map<string, number>();
  readonly #rows: (Node | undefined)[] = [];
  readonly #ids: string[] = [];
  readonly #ports: NodePorts[] = [];
  /** Nodes whose row or use changed; and those whose row did. */
  readonly log = new ChangeLog();
  readonly rowLog = new ChangeLog();
  /** What a node has to give: its resources without those reserved. */
  cpu = new Float64Array(64);
  memory = new Float64Array(64);
  disk = new Float64Array(64);
  usedCpu = new Float64Array(64);
  usedMemory = new Float64Array(64);
  usedDisk = new Float64Array(64);
  /** 1: ready, eligible and not draining. */
  ready = new Uint8Array(64);
  /** Grows with each change of the row: feasibility holds for one version. */
  version = new Uint32Array(64);
  /** Orders nodes that score the same; made of the id, so that the order in which nodes came does not matter. */
  order = new Uint32Array(64);

  get size(): number {
    return this.#rows.length;
  }

  row(slot: number): Node | undefined {
    return this.#rows[slot];
  }

  id(slot: number): string {
    return this.#ids[slot] ?? '';
  }

  ports(slot: number): NodePorts {
    return this.#ports[slot] as NodePorts;
  }

  slotOf(id: string): number {
    return this.#slots.get(id) ?? this.#add(id);
  }

  set(id: string, row: Node | undefined): void {
    const slot = this.slotOf(id);
    this.#rows[slot] = row;
    this.version[slot]! += 1;
    this.ready[slot] = row !== undefined && isReady(row) ? 1 : 0;
    if (row) this.#measure(slot, row);
    this.log.add(slot);
    this.rowLog.add(slot);
  }

  /** `sign` 1 takes, -1 gives back. */
  use(slot: number, use: Use, sign: 1 | -1): void {
    this.usedCpu[slot]! += sign * use.cpu;
    this.usedMemory[slot]! += sign * use.memory;
    this.usedDisk[slot]! += sign * use.disk;
    this.log.add(slot);
  }

  #measure(slot: number, row: Node): void {
    const { NodeResources: has, ReservedResources: reserved } = row;
    this.cpu[slot] = has.Cpu.CpuShares - reserved.Cpu.CpuShares;
    this.memory[slot] = has.Memory.MemoryMB - reserved.Memory.MemoryMB;
    this.disk[slot] = has.Disk.DiskMB - reserved.Disk.DiskMB;
    this.ports(slot).configure(row);
  }

  #add(id: string): number {
    const slot = this.#rows.length;
    if (slot === this.cpu.length) this.#grow();
    this.#slots.set(id, slot);
    this.#rows.push(undefined);
    this.#ids.push(id);
    this.#ports.push(new NodePorts());
    this.order[slot] = hash(id);
    return slot;
  }

  #grow(): void {
    const wider = (column: Float64Array) => copied(new Float64Array(column.length * 2), column);
    this.cpu = wider(this.cpu);
    this.memory = wider(this.memory);
    this.disk = wider(this.disk);
    this.usedCpu = wider(this.usedCpu);
    this.usedMemory = wider(this.usedMemory);
    this.usedDisk = wider(this.usedDisk);
    this.ready = copied(new Uint8Array(this.ready.length * 2), this.ready);
    this.version = copied(new Uint32Array(this.version.length * 2), this.version);
    this.order = copied(new Uint32Array(this.order.length * 2), this.order);
  }
}

function copied<Column extends { set(from: ArrayLike<number>): void }>(into: Column, from: ArrayLike<number>): Column {
  into.set(from);
  return into;
}

function isReady(node: Node): boolean {
  return node.Status === 'ready' && node.SchedulingEligibility === 'eligible' && !isDraining(node);
}

export function isDraining(node: Node): boolean {
  return node.DrainStrategy !== null && node.DrainStrategy !== undefined;
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}
