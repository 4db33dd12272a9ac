import type { AllocStub, Evaluation, NomadClient } from '@shoal/api';
import { CommandError } from '../errors.ts';
import type { Io } from '../io.ts';
import { shortId } from '../output/short-id.ts';
import { placementFailures } from '../show/placement-failure.ts';
import { watch } from './watch.ts';

export type Monitoring = { readonly nomad: NomadClient; readonly io: Io; readonly verbose: boolean };

/** How it ended: `placed` all, `unplaced` some (they wait for room), or the evaluation itself `failed`. */
export type EvalOutcome = {
  readonly kind: 'placed' | 'unplaced' | 'failed';
  readonly evaluation: Evaluation;
  readonly allocations: readonly AllocStub[];
};

/** Exit codes of commands that follow an evaluation, which are Nomad's. */
export const EVAL_EXIT_CODES: Readonly<Record<EvalOutcome['kind'], number>> = { placed: 0, failed: 1, unplaced: 2 };

/** Tells what becomes of an evaluation until it is over, and of the one that goes on from it. */
export async function monitorEval(id: string, monitoring: Monitoring): Promise<EvalOutcome> {
  const { io, verbose } = monitoring;
  io.out(`${mark(io)} Monitoring evaluation "${shortId(id, verbose)}"\n`);
  const evaluation = await untilOver(id, monitoring);
  const { value: allocations } = await monitoring.nomad.evaluations.allocations(id);
  for (const alloc of allocations) io.out(`    ${placed(alloc, evaluation, verbose)}\n`);
  io.out(`    Evaluation status changed: "pending" -> "${evaluation.Status}"\n`);
  const outcome = tellEnd(evaluation, allocations, monitoring);
  if (evaluation.NextEval && evaluation.Status === 'complete') return monitorEval(evaluation.NextEval, monitoring);
  return outcome;
}

const OVER = new Set(['complete', 'failed', 'canceled', 'cancelled']);

async function untilOver(id: string, { nomad, io, verbose }: Monitoring): Promise<Evaluation> {
  const stop = new AbortController();
  let [toldJob, toldDeployment, last]: [boolean, boolean, Evaluation | undefined] = [false, false, undefined];
  for await (const evaluation of watch((blocking) => nomad.evaluations.read(id, blocking), stop.signal)) {
    // Just written, it may not be everywhere yet.
    if (!evaluation) continue;
    last = evaluation;
    if (!toldJob) io.out(`    ${triggeredBy(evaluation, verbose)}\n`);
    toldJob = true;
    if (evaluation.DeploymentID && !toldDeployment) {
      io.out(`    Evaluation within deployment: "${shortId(evaluation.DeploymentID, verbose)}"\n`);
      toldDeployment = true;
    }
    if (OVER.has(evaluation.Status)) return evaluation;
  }
  throw new CommandError(`the evaluation "${last?.ID ?? id}" was lost from sight`);
}

function triggeredBy({ TriggeredBy, JobID, NodeID }: Evaluation, verbose: boolean): string {
  const cause = NodeID ? `node "${shortId(NodeID, verbose)}"` : `job "${JobID}"`;
  return TriggeredBy === 'periodic-job'
    ? `Evaluation triggered by periodic job "${JobID}"`
    : `Evaluation triggered by ${cause}`;
}

function placed(alloc: AllocStub, evaluation: Evaluation, verbose: boolean): string {
  const verb = alloc.CreateIndex >= evaluation.CreateIndex ? 'created' : 'modified';
  const node = `node "${shortId(alloc.NodeID, verbose)}"${alloc.NodeName ? ` (${alloc.NodeName})` : ''}`;
  return `Allocation "${shortId(alloc.ID, verbose)}" ${verb}: ${node}, group "${alloc.TaskGroup}"`;
}

function tellEnd(evaluation: Evaluation, allocations: readonly AllocStub[], { io, verbose }: Monitoring): EvalOutcome {
  const head = `${mark(io)} Evaluation "${shortId(evaluation.ID, verbose)}" finished with status "${evaluation.Status}"`;
  if (evaluation.Status !== 'complete') {
    io.out(`${head}${evaluation.StatusDescription ? `: ${evaluation.StatusDescription}` : ''}\n`);
    return { kind: 'failed', evaluation, allocations };
  }
  const failed = evaluation.FailedTGAllocs ?? {};
  if (Object.keys(failed).length === 0) {
    io.out(`${head}\n`);
    return { kind: 'placed', evaluation, allocations };
  }
  io.out(`${head} ${io.paint.yellow('but failed to place all allocations')}:\n`);
  for (const line of placementFailures(failed)) io.out(`    ${line}\n`);
  if (evaluation.BlockedEval)
    io.out(
      `    Evaluation "${shortId(evaluation.BlockedEval, verbose)}" waiting for additional capacity to place remainder\n`,
    );
  return { kind: 'unplaced', evaluation, allocations };
}

export function mark(io: Io): string {
  return io.paint.bold('==>');
}
