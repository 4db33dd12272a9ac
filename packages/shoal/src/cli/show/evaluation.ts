import type { Evaluation } from '@shoal/api';
import type { Io } from '../io.ts';
import { ago, timeOf } from '../output/ago.ts';
import { keyValue } from '../output/key-value.ts';
import { paintStatus } from '../output/paint.ts';
import { shortId } from '../output/short-id.ts';
import { placementFailures } from './placement-failure.ts';

/** One evaluation, and why it could not place what it could not place. */
export function evaluationText(evaluation: Evaluation, io: Io, verbose: boolean): string {
  const failed = evaluation.FailedTGAllocs ?? {};
  const hasFailed = Object.keys(failed).length > 0;
  const time = (nanoseconds: number) => (verbose ? timeOf(nanoseconds) : ago(io.now(), nanoseconds));
  const id = (value: string | undefined) => (value ? shortId(value, verbose) : undefined);
  const text = keyValue(io.paint, [
    ['ID', shortId(evaluation.ID, verbose)],
    ['Create Time', time(evaluation.CreateTime)],
    ['Modify Time', time(evaluation.ModifyTime)],
    ['Status', paintStatus(io.paint, evaluation.Status)],
    ['Status Description', evaluation.StatusDescription || evaluation.Status],
    ['Type', evaluation.Type],
    ['TriggeredBy', evaluation.TriggeredBy],
    ['Job ID', evaluation.JobID],
    ['Node ID', id(evaluation.NodeID)],
    ['Deployment ID', id(evaluation.DeploymentID)],
    ['Priority', String(evaluation.Priority)],
    ['Placement Failures', evaluation.Status === 'blocked' ? 'N/A - In Progress' : String(hasFailed)],
    ['Previous Eval', id(evaluation.PreviousEval)],
    ['Next Eval', id(evaluation.NextEval)],
    ['Blocked Eval', id(evaluation.BlockedEval)],
  ]);
  if (!hasFailed) return text;
  const waiting = evaluation.BlockedEval
    ? `\nEvaluation "${shortId(evaluation.BlockedEval, verbose)}" waiting for additional capacity to place remainder\n`
    : '';
  return `${text}\n${io.paint.yellow('Failed Placements')}\n${placementFailures(failed).join('\n')}\n${waiting}`;
}
