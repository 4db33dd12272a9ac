import type { AllocStub, TaskEvent } from '@shoal/api';
import { shortId } from '../output/short-id.ts';

/** What is known of an allocation, to see what is new about it. */
type Known = { status: string; healthy: boolean | null; told: ReadonlyMap<string, number> };

/**
 * Says in lines what has changed about allocations since they were last looked at. Those that were made at the index `since` or later began as pending:
 * what happened to them before the first look is told as well. Of those that were there before, only what is new from the first look on.
 */
export function allocChanges({ verbose, since }: { verbose: boolean; since: number }) {
  const known = new Map<string, Known>();
  const first = (alloc: AllocStub) => (alloc.CreateIndex < since ? asFound(alloc) : MADE);
  return (allocs: readonly AllocStub[]): string[] =>
    allocs.flatMap((alloc) => {
      const before = known.get(alloc.ID) ?? first(alloc);
      const { lines, told } = troubles(alloc, before.told);
      const healthy = alloc.DeploymentStatus?.Healthy ?? null;
      known.set(alloc.ID, { status: alloc.ClientStatus, healthy, told });
      const name = `Allocation "${shortId(alloc.ID, verbose)}"`;
      return [
        ...lines.map((line) => `${name}: ${line}`),
        ...(alloc.ClientStatus === before.status
          ? []
          : [`${name} status changed: "${before.status}" -> "${alloc.ClientStatus}"${described(alloc)}`]),
        ...(healthy === before.healthy || healthy === null ? [] : [`${name} is ${healthy ? 'healthy' : 'unhealthy'}`]),
      ];
    });
}

const MADE: Known = { status: 'pending', healthy: null, told: new Map() };

/** Health is that of the present deployment, and news of it. */
function asFound(alloc: AllocStub): Known {
  return { status: alloc.ClientStatus, healthy: null, told: troubles(alloc, MADE.told).told };
}

function described({ ClientDescription }: AllocStub): string {
  return ClientDescription ? ` (${ClientDescription})` : '';
}

/** Ordinary steps of a task's life, which would be noise. */
const ORDINARY = new Set([
  'Received',
  'Task Setup',
  'Started',
  'Building Task Directory',
  'Downloading Artifacts',
  'Killing',
  'Killed',
  'Driver',
]);

/** Events of tasks that a user wants to hear of: anything but the ordinary. */
function troubles({ TaskStates }: AllocStub, before: ReadonlyMap<string, number>) {
  const told = new Map(before);
  const lines: string[] = [];
  for (const [task, { Events }] of Object.entries(TaskStates ?? {})) {
    const since = before.get(task) ?? 0;
    for (const event of Events ?? []) {
      if (event.Time <= since) continue;
      told.set(task, Math.max(told.get(task) ?? 0, event.Time));
      if (!isOrdinary(event)) lines.push(`task "${task}": ${event.Type}: ${event.DisplayMessage}`);
    }
  }
  return { lines, told };
}

function isOrdinary(event: TaskEvent): boolean {
  return ORDINARY.has(event.Type) || (event.Type === 'Terminated' && event.ExitCode === 0);
}
