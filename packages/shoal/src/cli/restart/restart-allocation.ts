import type { Allocation, AllocStub, NomadClient } from '@shoal/api';
import { CommandError } from '../errors.ts';
import { watch } from '../monitor/watch.ts';

export type Restarting = {
  readonly nomad: NomadClient;
  /** Of these names only; all of them for none. */
  readonly tasks: readonly string[];
  /** Another allocation instead of the same one. */
  readonly reschedule: boolean;
  readonly noShutdownDelay: boolean;
  tell(line: string): void;
  show(id: string): string;
};

/** Whatever is to run again does so within this time, or is said not to. */
const PATIENCE_MS = 5 * 60_000;

/** Resolves when it runs again, or its successor does. Throws CommandError when neither comes to run. */
export function restartAllocation(alloc: AllocStub, how: Restarting): Promise<void> {
  return how.reschedule ? replace(alloc, how) : restart(alloc, how);
}

async function restart({ ID, TaskStates }: AllocStub, { nomad, tasks, tell, show }: Restarting): Promise<void> {
  const running = Object.entries(TaskStates ?? {}).filter(([, { State }]) => State === 'running');
  const chosen = running.filter(([name]) => tasks.length === 0 || tasks.includes(name));
  tell(`Restarting allocation "${show(ID)}"`);
  if (tasks.length === 0) await nomad.allocations.restart(ID);
  else for (const [name] of chosen) await nomad.allocations.restart(ID, name);
  await until(ID, nomad, `allocation "${show(ID)}" does not run again`, ({ TaskStates: now }) =>
    chosen.every(([name, before]) => now?.[name]?.State === 'running' && now[name].Restarts > before.Restarts),
  );
  tell(`Allocation "${show(ID)}" runs again`);
}

async function replace({ ID }: AllocStub, { nomad, noShutdownDelay, tell, show }: Restarting): Promise<void> {
  tell(`Stopping allocation "${show(ID)}"`);
  await nomad.allocations.stop(ID, { noShutdownDelay });
  const next = await until(ID, nomad, `no allocation takes the place of "${show(ID)}"`, ({ NextAllocation }) =>
    Boolean(NextAllocation),
  );
  const successor = next.NextAllocation ?? '';
  await until(
    successor,
    nomad,
    `allocation "${show(successor)}" does not run`,
    (now) => now.ClientStatus === 'running',
  );
  tell(`Allocation "${show(successor)}" runs in place of "${show(ID)}"`);
}

async function until(
  id: string,
  nomad: NomadClient,
  otherwise: string,
  isSo: (now: Allocation) => boolean,
): Promise<Allocation> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  for await (const now of watch((blocking) => nomad.allocations.read(id, blocking), signal)) {
    if (!now) break;
    if (isSo(now)) return now;
    if (now.ClientStatus === 'failed') throw new CommandError(`${otherwise}: it failed; see "alloc status ${id}"`);
  }
  throw new CommandError(`${otherwise}; see "alloc status ${id}"`);
}
