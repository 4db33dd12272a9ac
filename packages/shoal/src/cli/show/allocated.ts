import type { AllocatedResources, Allocation } from '@shoal/api';

export type Amounts = { readonly cpuMhz: number; readonly memoryMb: number; readonly diskMb: number };

/** What an allocation holds. */
export function allocatedAmounts({ Tasks, Shared }: AllocatedResources): Amounts {
  const tasks = Object.values(Tasks);
  return {
    cpuMhz: sum(tasks.map(({ Cpu }) => Cpu.CpuShares)),
    memoryMb: sum(tasks.map(({ Memory }) => Memory.MemoryMB)),
    diskMb: Shared.DiskMB,
  };
}

/** Whether its resources are still taken. */
export function isHolding({
  ClientStatus,
  DesiredStatus,
}: Pick<Allocation, 'ClientStatus' | 'DesiredStatus'>): boolean {
  if (ClientStatus === 'running') return true;
  return ClientStatus === 'pending' && DesiredStatus === 'run';
}

export type Address = { label: string; dynamic: boolean; address: string; to: number };

/** Ports of an allocation, those of its group and those of its tasks, as they can be reached. */
export function addressesOf({ AllocatedResources: { Shared, Tasks } }: Allocation): Address[] {
  const shared = (Shared.Networks ?? []).flatMap((network) => portsOf(network));
  const own = Object.values(Tasks).flatMap(({ Networks }) => (Networks ?? []).flatMap((network) => portsOf(network)));
  const listed = [...shared, ...own];
  const known = new Set(listed.map(({ label }) => label));
  const more = (Shared.Ports ?? [])
    .filter(({ Label }) => !known.has(Label))
    .map(({ Label, Value, To, HostIP }) => ({ label: Label, dynamic: true, address: `${HostIP}:${Value}`, to: To }));
  return [...listed, ...more];
}

type Network = NonNullable<AllocatedResources['Shared']['Networks']>[number];

function portsOf({ IP, ReservedPorts, DynamicPorts }: Network): Address[] {
  const each = (ports: Network['ReservedPorts'], dynamic: boolean) =>
    (ports ?? []).map(({ Label, Value, To }) => ({ label: Label, dynamic, address: `${hostOf(IP)}:${Value}`, to: To }));
  return [...each(ReservedPorts, false), ...each(DynamicPorts, true)];
}

function hostOf(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
