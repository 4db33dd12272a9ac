import type { JobWritten } from '@shoal/api';
import { type Monitoring, monitorEval } from './monitor-eval.ts';
import { monitorRollout } from './monitor-rollout.ts';
import { monitorStart } from './monitor-start.ts';

/** Exit codes of `job run`, which are Nomad's. */
const OK = 0;
const FAILED = 1;
const UNPLACED = 2;

/** Follows what a write to a job has caused to its end. Answers with the exit code. */
export async function monitorJob(jobId: string, written: JobWritten, monitoring: Monitoring): Promise<number> {
  const { kind, evaluation } = await monitorEval(written.EvalID, monitoring);
  if (kind === 'failed') return FAILED;
  if (kind === 'unplaced') return UNPLACED;
  const deployment = evaluation.DeploymentID || (await deploymentOf(jobId, written, monitoring));
  if (deployment) return monitorRollout(deployment, monitoring);
  await monitorStart(evaluation, monitoring);
  return OK;
}

/** The deployment of just this version of the job, if there is one to wait for. */
async function deploymentOf(
  jobId: string,
  { JobModifyIndex }: JobWritten,
  { nomad }: Monitoring,
): Promise<string | undefined> {
  const { value: latest } = await nomad.jobs.latestDeployment(jobId);
  return latest?.JobSpecModifyIndex === JobModifyIndex ? latest.ID : undefined;
}
