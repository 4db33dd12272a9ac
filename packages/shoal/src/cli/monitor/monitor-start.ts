import type { AllocStub, Evaluation } from '@shoal/api';
import { allocChanges } from './alloc-changes.ts';
import type { Monitoring } from './monitor-eval.ts';
import { watch } from './watch.ts';

/** Longest time that is waited for tasks to start: fetching an artifact may take much longer. */
const PATIENCE_MS = 10_000;

/** For jobs without deployments: tells what becomes of new allocations until none of them is pending. */
export async function monitorStart(evaluation: Evaluation, { nomad, io, verbose }: Monitoring): Promise<void> {
  const changes = allocChanges({ verbose, since: evaluation.CreateIndex });
  const signal = AbortSignal.timeout(PATIENCE_MS);
  let pending: readonly AllocStub[] = [];
  for await (const allocs of watch((blocking) => nomad.evaluations.allocations(evaluation.ID, blocking), signal)) {
    for (const line of changes(allocs)) io.out(`    ${line}\n`);
    pending = allocs.filter(({ ClientStatus, DesiredStatus }) => ClientStatus === 'pending' && DesiredStatus === 'run');
    if (pending.length === 0) return;
  }
  if (pending.length > 0)
    io.out(`    ${pending.length} allocation(s) still pending; they go on without being watched\n`);
}
