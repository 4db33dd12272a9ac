import type { AllocState } from '@shoal/api';
import type { Plan } from '../scheduler/plan.ts';
import { combinedStatus } from '../state/alloc-view.ts';
import type { AllocRow, EvalRow } from '../state/rows.ts';
import { jobKey, jobVersionKey, type Tables } from '../state/tables.ts';
import type { Op, Precondition, Txn } from '../store/contract.ts';
import { stableOps } from './job-versions.ts';

/** Allocations per transaction: writing more at once would hold up the event loop. */
const CHUNK = 1_000;

/**
 * The transactions that carry out a plan, in order. All but the last only write allocations: after a crash between two of them the
 * evaluation is still pending, and planning it again goes on from what is there.
 */
export function planTxns(tables: Tables, plan: Plan, evaluation: EvalRow): Txn[] {
  const writes = allocWrites(tables, plan);
  const txns: Txn[] = [];
  for (let at = 0; at + CHUNK < writes.length; at += CHUNK) txns.push(txn(writes.slice(at, at + CHUNK), plan.require));
  const rest = writes.slice(txns.length * CHUNK);
  const last = [...rest, ...deploymentWrites(tables, plan), ...evalWrites(tables, plan, evaluation)];
  return [...txns, txn(last, plan.require)];
}

/** A write, and the row it was made from: another writer in between makes it void. */
type Write = { op: Op; basis?: number };

function txn(writes: Write[], require: readonly Precondition[]): Txn {
  const bases = writes.flatMap(({ op, basis }) =>
    basis === undefined ? [] : [{ table: op.table, key: op.key, modifyIndex: basis }],
  );
  return { ops: writes.map(({ op }) => op), require: [...require, ...bases] };
}

/** Patches first: what is stopped makes room for what is placed. */
function allocWrites(tables: Tables, plan: Plan): Write[] {
  const patches = plan.allocPatches.flatMap(({ id, set }) => {
    const row = tables.allocs.get(id);
    if (!row) return [];
    const next = 'ClientStatus' in set ? withState(tables, row, set) : { ...row, ...set };
    return [{ op: put('allocs', id, next), basis: row.ModifyIndex }];
  });
  return [...patches, ...plan.newAllocs.map((row) => ({ op: put('allocs', row.ID, row) }))];
}

/** Changes of the client status that are kept of an allocation. */
const STATES = 10;

/** With another client status, and a note of when it became that. */
function withState(tables: Tables, row: AllocRow, set: Plan['allocPatches'][number]['set']): object {
  const reported = tables.allocStatus.get(row.ID)?.ClientStatus ?? 'pending';
  const state: AllocState = {
    Field: 0,
    Value: combinedStatus(set.ClientStatus, reported),
    Time: new Date((set.ModifyTime ?? row.ModifyTime) / 1e6).toISOString(),
  };
  return withoutUndefined({ ...row, ...set, AllocStates: [...(row.AllocStates ?? []), state].slice(-STATES) });
}

function deploymentWrites(tables: Tables, plan: Plan): Write[] {
  const created = plan.newDeployment ? [{ op: put('deployments', plan.newDeployment.ID, plan.newDeployment) }] : [];
  const changed = plan.deploymentPatches.flatMap(({ id, set }) => {
    const row = tables.deployments.get(id);
    if (!row) return [];
    const write = { op: put('deployments', id, { ...row, ...set }), basis: row.ModifyIndex };
    const version =
      set.Status === 'successful' && tables.jobVersions.get(jobVersionKey(row.Namespace, row.JobID, row.JobVersion));
    const stable = version ? stableOps(version, tables.jobs.get(jobKey(row.Namespace, row.JobID)), true) : [];
    return [write, ...stable.map((op) => ({ op }))];
  });
  return [...changed, ...created];
}

function evalWrites(tables: Tables, plan: Plan, evaluation: EvalRow): Write[] {
  const current = tables.evals.get(evaluation.ID) ?? evaluation;
  const outcome = {
    op: put('evals', evaluation.ID, withoutUndefined({ ...current, ...plan.evalPatch.set })),
    basis: current.ModifyIndex,
  };
  const created = plan.newEvals.map((row) => ({ op: put('evals', row.ID, row) }));
  return [outcome, ...created, ...superseded(tables, plan, evaluation), ...pointless(tables, plan)];
}

/** Blocked evaluations of the job that were made before this one know less than it: it speaks for the job now. */
function superseded(tables: Tables, plan: Plan, evaluation: EvalRow): Write[] {
  const blocked = [...tables.evals.by('job', jobKey(evaluation.Namespace, evaluation.JobID))].filter(
    (row) => row.Status === 'blocked' && row.ID !== evaluation.ID && row.CreateIndex < evaluation.ModifyIndex,
  );
  return blocked.map((row) => ({
    op: put('evals', row.ID, canceled(row, `evaluation "${row.ID}" successful`, plan)),
    basis: row.ModifyIndex,
  }));
}

/** What was to be looked at later, and need not be: nothing is left of what it was about. */
function pointless(tables: Tables, plan: Plan): Write[] {
  const patched = new Map(plan.allocPatches.map(({ id, set }) => [id, set]));
  const waits = (row: AllocRow) => {
    const { DesiredStatus, FollowupEvalID } = { ...row, ...patched.get(row.ID) };
    return DesiredStatus === 'run' ? FollowupEvalID : '';
  };
  const rows = plan.allocPatches.flatMap(({ id }) => tables.allocs.get(id) ?? []);
  const left = new Set(
    rows.filter((row) => row.FollowupEvalID !== '' && waits(row) === '').map(({ FollowupEvalID }) => FollowupEvalID),
  );
  return [...left].flatMap((id) => {
    const row = tables.evals.get(id);
    if (row?.Status !== 'pending' || row.ID === plan.evalId) return [];
    const others = tables.allocs.by('job', jobKey(row.Namespace, row.JobID));
    if ([...others].some((each) => waits(each) === id)) return [];
    return [{ op: put('evals', id, canceled(row, 'nothing is left to wait for', plan)), basis: row.ModifyIndex }];
  });
}

function canceled(row: EvalRow, why: string, plan: Plan): EvalRow {
  return { ...row, Status: 'canceled', StatusDescription: why, ModifyTime: plan.evalPatch.set.ModifyTime };
}

function put(table: string, key: string, value: object): Op {
  return { kind: 'put', table, key, value };
}

function withoutUndefined(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}
