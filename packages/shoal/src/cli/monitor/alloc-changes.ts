import type { AllocStub, TaskEvent } from '@shoal/api';
import { shortId } from '../output/short-id.ts';

/** What is known of an allocation, to see what is new about it. */
type Known = { status: string; healthy: boolean | null; told: ReadonlyMap<string, number> };

/**
 * Says in lines what has changed about allocations since they were last looked at. The first look takes as known only that they are pending, so that
 * what happened before it is told as well.
 */
export function allocChanges({ verbose }: { verbose: boolean }): (allocs: readonly AllocStub[]) => string[] {
  const known = new Map<string, Known>();
  return (allocs) =>
    allocs.flatMap((alloc) => {
      const before = known.get(alloc.ID) ?? { status: 'pending', healthy: null, told: new Map() };
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
