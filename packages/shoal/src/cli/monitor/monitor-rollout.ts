import type { Deployment } from '@shoal/api';
import { monitorDeployment } from './monitor-deployment.ts';
import type { Monitoring } from './monitor-eval.ts';
import { watch } from './watch.ts';

/** How long the deployment that puts a job back is waited for. */
const PATIENCE_MS = 10_000;

/** Follows a deployment to its end, and when it fails the one that puts the job back, if there is one. Answers with the exit code. */
export async function monitorRollout(id: string, monitoring: Monitoring): Promise<number> {
  const ended = await monitorDeployment(id, monitoring);
  if (ended.Status !== 'failed') return 0;
  const next = await revertOf(ended, monitoring);
  if (next) await monitorDeployment(next.ID, monitoring);
  return 1;
}

async function revertOf(failed: Deployment, { nomad }: Monitoring): Promise<Deployment | undefined> {
  if (!/rolling back to job version/i.test(failed.StatusDescription)) return undefined;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  for await (const latest of watch((blocking) => nomad.jobs.latestDeployment(failed.JobID, blocking), signal))
    if (latest && latest.CreateIndex > failed.CreateIndex) return latest;
  return undefined;
}
