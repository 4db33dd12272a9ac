/** The worker thread is gone, by `stop` or by its death. What it was asked is lost; another one can be started and asked. */
export class SchedulerStoppedError extends Error {
  readonly code = 'SCHEDULER_STOPPED';

  constructor(cause?: unknown) {
    super(`The scheduler's worker thread ended${cause ? `: ${String(cause)}` : ''}. Start it again, and plan again.`, {
      cause,
    });
    this.name = 'SchedulerStoppedError';
  }
}

/** An evaluation that the scheduler could not plan: a defect. Nothing of the plan is left, and others can be planned. */
export class PlanFailedError extends Error {
  readonly code = 'PLAN_FAILED';
  readonly evalId: string;

  constructor(evalId: string, reason: string) {
    super(`Planning evaluation "${evalId}" failed: ${reason}`);
    this.name = 'PlanFailedError';
    this.evalId = evalId;
  }
}
