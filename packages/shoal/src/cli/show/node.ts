import type { Allocation, HostUsage, Node } from '@shoal/api';
import type { Io } from '../io.ts';
import { span, timeOfText } from '../output/ago.ts';
import { bytes, mebibytes } from '../output/bytes.ts';
import { keyValue } from '../output/key-value.ts';
import { paintStatus } from '../output/paint.ts';
import { table } from '../output/table.ts';
import { allocTable } from './alloc-table.ts';
import { allocatedAmounts, isHolding } from './allocated.ts';

export type NodeFacts = {
  readonly node: Node;
  readonly allocs: readonly Allocation[];
  readonly usage: HostUsage | undefined;
  /** Of all its allocations together. */
  readonly ownUsage: { readonly cpuMhz: number; readonly memoryBytes: number };
};

export type NodeOptions = { readonly verbose: boolean; readonly short: boolean; readonly stats: boolean };

/** One node, whole. */
export function nodeText(facts: NodeFacts, io: Io, options: NodeOptions): string {
  const { node, allocs, usage } = facts;
  const allocations = section('Allocations', allocTable(allocs.map(withVersion), io, options), io);
  if (options.short) return about(facts, io) + allocations;
  return [
    about(facts, io),
    options.verbose ? section('Drivers', driverTable(node, io), io) : '',
    section('Node Events', eventTable(node, io, options.verbose), io),
    section('Allocated Resources', allocatedTable(facts, io), io),
    usage ? section('Allocation Resource Utilization', ownTable(facts, io), io) : '',
    usage ? section('Host Resource Utilization', hostTable(facts, usage, io), io) : '',
    usage && options.stats ? statsText(usage, io) : '',
    allocations,
    options.verbose ? section('Attributes', keyValue(io.paint, sorted(node.Attributes)), io) : '',
    options.verbose ? section('Meta', keyValue(io.paint, sorted(node.Meta ?? {})), io) : '',
  ].join('');
}

function withVersion(alloc: Allocation) {
  return { ...alloc, JobVersion: alloc.Job?.Version };
}

function section(title: string, text: string, io: Io): string {
  return text === '' ? '' : `\n${io.paint.bold(title)}\n${text}`;
}

function about({ node, usage }: NodeFacts, io: Io): string {
  const drivers = Object.entries(node.Drivers ?? {}).filter(([, { Detected, Healthy }]) => Detected && Healthy);
  const volumes = Object.keys(node.HostVolumes ?? {}).sort();
  return keyValue(io.paint, [
    ['ID', node.ID],
    ['Name', node.Name],
    ['Address', node.HTTPAddr || undefined],
    ['Class', node.NodeClass || '<none>'],
    ['DC', node.Datacenter],
    ['Drain', String(node.Drain)],
    ['Eligibility', paintStatus(io.paint, node.SchedulingEligibility)],
    ['Status', paintStatus(io.paint, node.Status)],
    ['Uptime', usage ? span(usage.Uptime * 1000) : undefined],
    ['Host Volumes', volumes.join(',') || '<none>'],
    [
      'Driver Status',
      drivers
        .map(([name]) => name)
        .sort()
        .join(',') || '<none>',
    ],
  ]);
}

function driverTable({ Drivers }: Node, io: Io): string {
  const rows = Object.entries(Drivers ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, driver]) => [
      name,
      String(driver.Detected),
      driver.Healthy ? io.paint.green('true') : 'false',
      driver.HealthDescription || '<none>',
      timeOfText(driver.UpdateTime),
    ]);
  return table(io.paint, ['Driver', 'Detected', 'Healthy', 'Message', 'Time'], rows);
}

function eventTable({ Events }: Node, io: Io, verbose: boolean): string {
  const newest = [...(Events ?? [])].reverse();
  if (newest.length === 0) return '';
  const details = (of: Record<string, string> | null) =>
    Object.entries(of ?? {})
      .map(([key, value]) => `${key}: ${value}`)
      .join(', ') || '<none>';
  const rows = newest.map((event) => [
    timeOfText(event.Timestamp),
    event.Subsystem,
    event.Message,
    ...(verbose ? [details(event.Details)] : []),
  ]);
  return table(io.paint, ['Time', 'Subsystem', 'Message', ...(verbose ? ['Details'] : [])], rows);
}

/** What there is to give out: all, less what is kept back. */
function capacity({ NodeResources: all, ReservedResources: kept }: Node) {
  return {
    cpuMhz: all.Cpu.CpuShares - (kept?.Cpu.CpuShares ?? 0),
    memoryMb: all.Memory.MemoryMB - (kept?.Memory.MemoryMB ?? 0),
    diskMb: all.Disk.DiskMB - (kept?.Disk.DiskMB ?? 0),
  };
}

function allocatedTable({ node, allocs }: NodeFacts, io: Io): string {
  const all = capacity(node);
  const held = allocs.filter(isHolding).map(({ AllocatedResources }) => allocatedAmounts(AllocatedResources));
  const sum = (pick: (amounts: (typeof held)[number]) => number) =>
    held.reduce((total, amounts) => total + pick(amounts), 0);
  const row = [
    `${sum(({ cpuMhz }) => cpuMhz)}/${all.cpuMhz} MHz`,
    `${mebibytes(sum(({ memoryMb }) => memoryMb))}/${mebibytes(all.memoryMb)}`,
    `${mebibytes(sum(({ diskMb }) => diskMb))}/${mebibytes(all.diskMb)}`,
  ];
  return table(io.paint, ['CPU', 'Memory', 'Disk'], [row]);
}

function ownTable({ node, ownUsage }: NodeFacts, io: Io): string {
  const all = capacity(node);
  const row = [
    `${Math.round(ownUsage.cpuMhz)}/${all.cpuMhz} MHz`,
    `${bytes(ownUsage.memoryBytes)}/${mebibytes(all.memoryMb)}`,
  ];
  return table(io.paint, ['CPU', 'Memory'], [row]);
}

function hostTable({ node }: NodeFacts, usage: HostUsage, io: Io): string {
  const disk = usage.AllocDirStats;
  const row = [
    `${Math.round(usage.CPUTicksConsumed)}/${node.NodeResources.Cpu.CpuShares} MHz`,
    `${bytes(usage.Memory.Used)}/${bytes(usage.Memory.Total)}`,
    disk ? `${bytes(disk.Used)}/${bytes(disk.Size)}` : 'N/A',
  ];
  return table(io.paint, ['CPU', 'Memory', 'Disk'], [row]);
}

function statsText({ CPU, Memory, DiskStats }: HostUsage, io: Io): string {
  const percent = (value: number) => `${value.toFixed(1)}%`;
  const cpus = CPU.map((cpu) => [cpu.CPU, percent(cpu.User), percent(cpu.System), percent(cpu.Idle)]);
  const memory = [Memory.Total, Memory.Available, Memory.Used, Memory.Free].map(bytes);
  const disks = (DiskStats ?? []).map((disk) => [
    disk.Device,
    disk.Mountpoint,
    bytes(disk.Size),
    bytes(disk.Used),
    bytes(disk.Available),
    percent(disk.UsedPercent),
    percent(disk.InodesUsedPercent),
  ]);
  const headings = ['Device', 'MountPoint', 'Size', 'Used', 'Available', 'Used Percent', 'Inodes Percent'];
  return [
    section('CPU Stats', table(io.paint, ['CPU', 'User', 'System', 'Idle'], cpus), io),
    section('Memory Stats', table(io.paint, ['Total', 'Available', 'Used', 'Free'], [memory]), io),
    section('Disk Stats', table(io.paint, headings, disks), io),
  ].join('');
}

function sorted(map: Record<string, string>): [string, string][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}
