import type { Allocation, AllocUsage, TaskState, Usage } from '@shoal/api';
import type { Io } from '../io.ts';
import { timeOf, timeOfText } from '../output/ago.ts';
import { bytes, mebibytes } from '../output/bytes.ts';
import { keyValue } from '../output/key-value.ts';
import { paintStatus } from '../output/paint.ts';
import { table } from '../output/table.ts';

export type TaskView = {
  readonly alloc: Allocation;
  readonly usage: AllocUsage | undefined;
  readonly io: Io;
  readonly stats: boolean;
};

/** One task of an allocation: what it may use and uses, and what happened to it, newest first. */
export function taskText(name: string, view: TaskView): string {
  const { alloc, io, stats, usage } = view;
  const state = alloc.TaskStates?.[name];
  const { State = 'pending', Failed = false } = state ?? {};
  const lifecycle = alloc.AllocatedResources.TaskLifecycles?.[name];
  const hook = lifecycle ? ` (${lifecycle.Hook}${lifecycle.Sidecar ? ' sidecar' : ''})` : '';
  const measured = usage?.Tasks[name]?.ResourceUsage;
  return [
    `\n${io.paint.bold(`Task "${name}"${hook}`)} is "${paintStatus(io.paint, Failed ? `${State} (failed)` : State)}"\n`,
    resourceText(name, view, measured),
    ...(stats && measured ? [statsText(measured, io)] : []),
    ...(state ? [eventsText(state, io)] : []),
  ].join('');
}

function resourceText(name: string, { alloc, io }: TaskView, measured: Usage | undefined): string {
  const task = alloc.AllocatedResources.Tasks[name];
  if (!task) return '';
  const { CpuShares } = task.Cpu;
  const used = measured && {
    cpu: Math.round(measured.CpuStats.TotalTicks),
    memory: measured.MemoryStats.RSS || measured.MemoryStats.Usage,
  };
  const row = [
    used ? `${used.cpu}/${CpuShares} MHz` : `${CpuShares} MHz`,
    used ? `${bytes(used.memory)}/${mebibytes(task.Memory.MemoryMB)}` : mebibytes(task.Memory.MemoryMB),
    mebibytes(alloc.AllocatedResources.Shared.DiskMB),
  ];
  return `${io.paint.bold('Task Resources')}\n${table(io.paint, ['CPU', 'Memory', 'Disk'], [row])}`;
}

/** What is not measured says so, instead of 0. */
function statsText({ CpuStats, MemoryStats }: Usage, io: Io): string {
  const memory = (['RSS', 'Cache', 'Swap', 'Usage', 'MaxUsage'] as const).map((name): [string, string] => [
    name === 'MaxUsage' ? 'Max Usage' : name,
    isMeasured(MemoryStats.Measured, name) ? bytes(MemoryStats[name]) : 'N/A',
  ]);
  const cpu: [string, string][] = [
    ['Percent', `${CpuStats.Percent.toFixed(2)}%`],
    ['User', `${CpuStats.UserMode.toFixed(2)}%`],
    ['System', `${CpuStats.SystemMode.toFixed(2)}%`],
    ['Ticks', `${Math.round(CpuStats.TotalTicks)} MHz`],
  ];
  return [statTable('Memory Stats', memory, io), statTable('CPU Stats', cpu, io)].join('');
}

function isMeasured(measured: readonly string[] | null, name: string): boolean {
  return (measured ?? []).some((one) => one.replaceAll(' ', '').toLowerCase() === name.toLowerCase());
}

function statTable(title: string, pairs: readonly (readonly [string, string])[], io: Io): string {
  const headings = pairs.map(([name]) => name);
  return `\n${io.paint.bold(title)}\n${table(io.paint, headings, [pairs.map(([, value]) => value)])}`;
}

function eventsText(state: TaskState, io: Io): string {
  const life = keyValue(io.paint, [
    ['Started At', timeOfText(state.StartedAt)],
    ['Finished At', timeOfText(state.FinishedAt)],
    ['Total Restarts', String(state.Restarts)],
    ['Last Restart', timeOfText(state.LastRestart)],
  ]);
  const events = [...(state.Events ?? [])].sort((a, b) => b.Time - a.Time);
  const rows = events.map((event) => [
    timeOf(event.Time),
    isTrouble(event) ? io.paint.red(event.Type) : event.Type,
    (event.DisplayMessage || event.Message).replaceAll('\n', ' '),
  ]);
  return [
    `\n${io.paint.bold('Task Events:')}\n${life}`,
    `\n${io.paint.bold('Recent Events:')}\n${table(io.paint, ['Time', 'Type', 'Description'], rows)}`,
  ].join('');
}

function isTrouble({ Type, ExitCode, FailsTask }: TaskState['Events'][number]): boolean {
  return FailsTask || /Fail|Not Restarting|Lost|Exceeded/.test(Type) || (Type === 'Terminated' && ExitCode !== 0);
}
