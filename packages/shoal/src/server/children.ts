import { randomBytes } from 'node:crypto';
import type { Evaluation, Job } from '@shoal/api';
import { keepsTime } from '../state/job-kind.ts';
import { jobKey } from '../state/tables.ts';
import { commitDecision } from './commit.ts';
import { nowNanos, type ServerDeps } from './deps.ts';
import { InvalidRequestError, UnknownObjectError } from './errors.ts';
import { newEvaluation, putEvaluation } from './evaluations.ts';
import { newJobOps } from './job-versions.ts';
import { checkRegistrationsOpen } from './scheduler-config.ts';

/** Largest payload of a dispatch, in bytes (Nomad's limit). */
const PAYLOAD_LIMIT = 16 * 1024;

export type Dispatch = {
  /** In base64; '' is none. */
  payload: string;
  meta: Record<string, string>;
  /** While a child of this token is known, it is the answer, and no other is made. */
  idempotencyToken?: string;
  /** Goes into the child's id, between the parent's and the time. */
  idPrefix?: string;
};

/** `evaluation` is undefined for one that was made before. */
export type Child = { id: string; index: number; evaluation: Evaluation | undefined };
export type Children = ReturnType<typeof createChildren>;

/** Jobs that are made of other jobs: a parameterized job's by dispatch, a periodic job's by the clock. */
export function createChildren(deps: ServerDeps) {
  const { state } = deps;

  async function dispatch(namespace: string, parentId: string, input: Dispatch): Promise<Child> {
    const parent = existing(namespace, parentId, `parameterized job not found`);
    checkDispatch(parent, input);
    checkRegistrationsOpen(state.tables);
    const before = earlier(parent, input.idempotencyToken);
    if (before) return { id: before.ID, index: before.CreateIndex, evaluation: undefined };
    const prefix = input.idPrefix ? `${input.idPrefix}-` : '';
    const id = `${parentId}/dispatch-${prefix}${seconds(deps)}-${randomBytes(4).toString('hex')}`;
    return make({
      ...parent,
      ID: id,
      Name: id,
      ParentID: parentId,
      Dispatched: true,
      ...(input.idempotencyToken && { DispatchIdempotencyToken: input.idempotencyToken }),
      Payload: input.payload || null,
      Meta: { ...parent.Meta, ...input.meta },
    });
  }

  function earlier(parent: Job, token: string | undefined): Job | undefined {
    if (!token) return undefined;
    const children = [...state.tables.jobs.by('parent', jobKey(parent.Namespace, parent.ID))];
    return children.find(({ DispatchIdempotencyToken }) => DispatchIdempotencyToken === token);
  }

  /** Launches a periodic job now, whatever its clock says. */
  async function force(namespace: string, parentId: string): Promise<Child> {
    const parent = existing(namespace, parentId, 'job not found');
    if (!parent.Periodic) throw new InvalidRequestError("can't force launch non-periodic job");
    if (!keepsTime(parent)) throw new InvalidRequestError(cannotForce(parent));
    return launch(parent, seconds(deps));
  }

  /** The child of one launch, of a time in Unix seconds; there is one at most for each time. */
  async function launch(parent: Job, time: number): Promise<Child> {
    const id = `${parent.ID}/periodic-${time}`;
    return make({ ...parent, ID: id, Name: id, ParentID: parent.ID, Periodic: null }, 'periodic-job');
  }

  async function make(child: Job, triggeredBy: 'periodic-job' | 'job-register' = 'job-register'): Promise<Child> {
    const key = jobKey(child.Namespace, child.ID);
    const row: Job = {
      ...child,
      Status: 'pending',
      Stop: false,
      Stable: false,
      Version: 0,
      SubmitTime: nowNanos(deps),
      ...UNSTAMPED,
    };
    const evaluation = newEvaluation(deps, row, triggeredBy, { JobModifyIndex: 0 });
    const { index } = await commitDecision(state, `Job "${child.ID}"`, () => {
      if (state.tables.jobs.get(key)) throw new InvalidRequestError(`job "${child.ID}" was launched already`);
      return {
        txn: { ops: [...newJobOps(row), putEvaluation(evaluation)], require: [{ table: 'jobs', key, modifyIndex: 0 }] },
        answer: undefined,
      };
    });
    return { id: child.ID, index, evaluation };
  }

  function existing(namespace: string, id: string, message: string): Job {
    const job = state.tables.jobs.get(jobKey(namespace, id));
    if (!job) throw new UnknownObjectError(message);
    return job;
  }

  return { dispatch, force, launch };
}

const UNSTAMPED = { CreateIndex: 0, ModifyIndex: 0, JobModifyIndex: 0 } as const;

function seconds(deps: Pick<ServerDeps, 'now'>): number {
  return Math.floor(deps.now() / 1000);
}

/** Job specification, periodic: `enabled = false` is meant for forced launches, too. */
function cannotForce({ ID: id, Stop: stopped, Periodic: periodic }: Job): string {
  if (stopped) return `can't force launch job "${id}": it is stopped`;
  if (!periodic?.Enabled) return `can't force launch job "${id}": its periodic block says enabled = false`;
  return `can't force launch job "${id}": it is parameterized; dispatch it, and force what comes of that`;
}

/** https://developer.hashicorp.com/nomad/docs/job-specification/parameterized */
function checkDispatch(parent: Job, input: Dispatch): void {
  const rules = parent.ParameterizedJob;
  if (!rules) throw new InvalidRequestError(`Specified job "${parent.ID}" is not a parameterized job`);
  if (parent.Stop) throw new InvalidRequestError(`Specified job "${parent.ID}" is stopped`);
  const bytes = Buffer.byteLength(input.payload, 'base64');
  if (bytes > PAYLOAD_LIMIT) throw new InvalidRequestError(`Payload exceeds maximum size; ${bytes} > ${PAYLOAD_LIMIT}`);
  if (rules.Payload === 'required' && bytes === 0)
    throw new InvalidRequestError('Payload is not provided but required by parameterized job');
  if (rules.Payload === 'forbidden' && bytes > 0)
    throw new InvalidRequestError('Payload is provided but forbidden by parameterized job');
  const known = new Set([...(rules.MetaRequired ?? []), ...(rules.MetaOptional ?? [])]);
  const strange = Object.keys(input.meta).filter((key) => !known.has(key));
  if (strange.length > 0)
    throw new InvalidRequestError(`Dispatch request included unpermitted metadata keys: [${strange.join(' ')}]`);
  const missing = (rules.MetaRequired ?? []).filter((key) => !(key in input.meta));
  if (missing.length > 0)
    throw new InvalidRequestError(`Dispatch did not provide required meta keys: [${missing.join(' ')}]`);
}
