import type { Allocation, NomadClient } from '@shoal/api';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { CommandError } from '../errors.ts';
import { findById } from '../find/by-id.ts';
import { allocationKind } from '../find/kinds.ts';
import type { Io } from '../io.ts';
import { ago, span, timeOf } from '../output/ago.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { keyValue } from '../output/key-value.ts';
import { paintStatus } from '../output/paint.ts';
import { shortId } from '../output/short-id.ts';
import { table } from '../output/table.ts';
import { addressesOf } from '../show/allocated.ts';
import { checksTable, inOrder } from '../show/nomad-checks.ts';
import { reasons } from '../show/placement-failure.ts';
import { taskText } from '../show/task.ts';

export const command = defineCommand({
  usage: '[flags] ALLOCATION',
  description: `Shows an allocation: where it runs, the addresses of its ports, its tasks, what they use, and what happened to
them. ALLOCATION may be the beginning of an id.`,
  args: [1, 1],
  flags: {
    short: { kind: 'bool', help: 'Of each task only its state and last event' },
    stats: { kind: 'bool', help: 'All that is measured of each task' },
    ...DATA_FLAGS,
    verbose: { kind: 'bool', help: 'Show whole ids, times instead of spans, and why this node was chosen' },
    ...NOMAD_FLAGS,
  },
  examples: ['alloc status 85d9bbbf', 'alloc status -stats 85d9bbbf'],
  async run({ flags, args, io, env }) {
    const nomad = connectNomad(flags, env);
    const { ID } = await findById(allocationKind(nomad), args[0] ?? '', io);
    const { value: alloc } = await nomad.allocations.read(ID);
    if (!alloc) throw new CommandError(`the allocation "${ID}" has just been removed`);
    const data = await asData(alloc, flags);
    if (data !== undefined) {
      io.out(data);
      return 0;
    }
    const verbose = flags.verbose === true;
    io.out(keyValue(io.paint, about(alloc, io, verbose)));
    io.out(addressText(alloc, io));
    if (hasNativeChecks(alloc)) io.out(await checksText(nomad, ID, io));
    if (flags.short) io.out(shortTasks(alloc, io));
    else {
      const usage = alloc.ClientStatus === 'running' ? await usageOf(nomad, ID, io) : undefined;
      const names = Object.keys(alloc.AllocatedResources.Tasks).sort();
      io.out(names.map((name) => taskText(name, { alloc, usage, io, stats: flags.stats === true })).join(''));
    }
    if (verbose) io.out(metricsText(alloc, io));
    return 0;
  },
});

function hasNativeChecks({ Job, TaskGroup }: Allocation): boolean {
  const group = Job?.TaskGroups?.find(({ Name }) => Name === TaskGroup);
  const services = [group, ...(group?.Tasks ?? [])].flatMap((owner) => owner?.Services ?? []);
  return services.some(({ Provider, Checks }) => Provider === 'nomad' && (Checks ?? []).length > 0);
}

/** Nothing where its client does not answer: the allocation may be long over. */
async function checksText(nomad: NomadClient, id: string, io: Io): Promise<string> {
  const checks = inOrder(await nomad.allocations.checks(id).catch(() => ({})));
  return checks.length === 0 ? '' : `\n${io.paint.bold('Nomad Service Checks')}\n${checksTable(checks, io)}`;
}

/** A client that cannot be reached now must not hide all the rest. */
async function usageOf(nomad: NomadClient, id: string, io: Io) {
  return nomad.allocations.stats(id).catch((error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    io.err(`${io.paintErr.yellow('Warning:')} what it uses is not known now: ${text}\n`);
    return undefined;
  });
}

function about(alloc: Allocation, io: Io, verbose: boolean): [string, string | undefined][] {
  const time = (nanoseconds: number) => (verbose ? timeOf(nanoseconds) : ago(io.now(), nanoseconds));
  const id = (value: string | undefined) => (value ? shortId(value, verbose) : undefined);
  return [
    ['ID', alloc.ID],
    ['Eval ID', shortId(alloc.EvalID, verbose)],
    ['Name', alloc.Name],
    ['Node ID', shortId(alloc.NodeID, verbose)],
    ['Node Name', alloc.NodeName],
    ['Job ID', alloc.JobID],
    ['Job Version', String(alloc.Job?.Version ?? 'N/A')],
    ['Client Status', paintStatus(io.paint, alloc.ClientStatus)],
    ['Client Description', alloc.ClientDescription || '<none>'],
    ['Desired Status', alloc.DesiredStatus],
    ['Desired Description', alloc.DesiredDescription || '<none>'],
    ['Created', time(alloc.CreateTime)],
    ['Modified', time(alloc.ModifyTime)],
    ['Deployment ID', id(alloc.DeploymentID)],
    ['Deployment Health', healthOf(alloc, io)],
    ['Canary', alloc.DeploymentStatus?.Canary ? 'true' : undefined],
    ['Replaces Alloc ID', id(alloc.PreviousAllocation)],
    ['Replacement Alloc ID', id(alloc.NextAllocation)],
    ['Reschedule Eval', id(alloc.FollowupEvalID)],
    ['Reschedule Attempts', alloc.RescheduleTracker ? String(alloc.RescheduleTracker.Events.length) : undefined],
  ];
}

function healthOf({ DeploymentID, DeploymentStatus }: Allocation, io: Io): string | undefined {
  if (!DeploymentID) return undefined;
  const healthy = DeploymentStatus?.Healthy ?? null;
  return healthy === null ? 'unset' : paintStatus(io.paint, healthy ? 'healthy' : 'unhealthy');
}

function addressText(alloc: Allocation, io: Io): string {
  const addresses = addressesOf(alloc);
  if (addresses.length === 0) return '';
  const rows = addresses.map(({ label, dynamic, address, to }) => [
    label,
    dynamic ? 'yes' : 'no',
    to > 0 ? `${address} -> ${to}` : address,
  ]);
  const mode = alloc.AllocatedResources.Shared.Networks?.[0]?.Mode ?? '';
  const title = mode === '' || mode === 'host' ? 'Allocation Addresses' : `Allocation Addresses (mode = "${mode}")`;
  return `\n${io.paint.bold(title)}\n${table(io.paint, ['Label', 'Dynamic', 'Address'], rows)}`;
}

function shortTasks({ TaskStates }: Allocation, io: Io): string {
  const rows = Object.entries(TaskStates ?? {}).map(([name, state]) => {
    const last = (state.Events ?? []).at(-1);
    return [
      name,
      paintStatus(io.paint, state.Failed ? 'failed' : state.State),
      last ? `${last.Type}: ${last.DisplayMessage}` : '<none>',
      last ? timeOf(last.Time) : 'N/A',
    ];
  });
  return `\n${io.paint.bold('Tasks')}\n${table(io.paint, ['Name', 'State', 'Last Event', 'Time'], rows)}`;
}

function metricsText({ Metrics }: Allocation, io: Io): string {
  if (!Metrics) return '';
  const counts = keyValue(io.paint, [
    ['Evaluated Nodes', String(Metrics.NodesEvaluated)],
    ['Filtered Nodes', String(Metrics.NodesFiltered)],
    ['Exhausted Nodes', String(Metrics.NodesExhausted)],
    ['Allocation Time', duration(Metrics.AllocationTime)],
    ['Failures', String(Metrics.CoalescedFailures)],
  ]);
  const scores = Metrics.ScoreMetaData ?? [];
  const names = [...new Set(scores.flatMap(({ Scores }) => Object.keys(Scores)))].sort();
  const number = (value: number | undefined) => String(Number((value ?? 0).toPrecision(3)));
  const rows = scores.map((score) => [
    score.NodeID,
    ...names.map((name) => number(score.Scores[name])),
    number(score.NormScore),
  ]);
  const why =
    Metrics.NodesFiltered + Metrics.NodesExhausted > 0
      ? `${reasons(Metrics)
          .map((line) => `* ${line}\n`)
          .join('')}`
      : '';
  const scoreTable = rows.length > 0 ? `\n${table(io.paint, ['Node', ...names, 'final score'], rows)}` : '';
  return `\n${io.paint.bold('Placement Metrics')}\n${counts}${why}${scoreTable}`;
}

function duration(nanoseconds: number): string {
  if (nanoseconds >= 1e9) return span(nanoseconds / 1e6);
  return nanoseconds >= 1e6 ? `${(nanoseconds / 1e6).toFixed(1)}ms` : `${(nanoseconds / 1e3).toFixed(1)}µs`;
}
