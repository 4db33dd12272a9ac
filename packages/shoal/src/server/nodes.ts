import { createHash, timingSafeEqual } from 'node:crypto';
import type { DrainStrategy, Node, NodeEvent, NodeStatus } from '@shoal/api';
import { clientStatus, isClientTerminal } from '../state/alloc-view.ts';
import type { Read } from '../state/read.ts';
import type { NodeRow } from '../state/rows.ts';
import { jobKey } from '../state/tables.ts';
import type { Op, Txn } from '../store/contract.ts';
import { commitDecision } from './commit.ts';
import { nowNanos, type ServerDeps } from './deps.ts';
import { UnknownObjectError } from './errors.ts';
import { newEvaluation, putEvaluation } from './evaluations.ts';

/** Events that are kept of a node. */
const NODE_EVENTS = 10;

export type Nodes = ReturnType<typeof createNodes>;
export type NodeWritten = { index: number; evalIds: string[]; evalIndex: number };

/** Everything that changes a client node. A node's row keeps a digest of its secret, never the secret. */
export function createNodes(deps: ServerDeps) {
  const { state } = deps;
  const { nodes, allocs, allocStatus, jobs } = state.tables;

  function authenticate(nodeId: string, secret: string): boolean {
    const known = nodes.get(nodeId)?.SecretID;
    return known === undefined || timingSafeEqual(Buffer.from(known), Buffer.from(digest(secret)));
  }

  /** A node that comes back keeps what operators decided about it. */
  async function register(node: Node): Promise<NodeWritten> {
    return change(node.ID, (existing) => {
      const event = existing ? (existing.Status === 'ready' ? undefined : 'Node re-registered') : 'Node registered';
      const next: NodeRow = {
        ...node,
        SecretID: digest(node.SecretID),
        Status: 'ready',
        StatusDescription: '',
        StatusUpdatedAt: existing?.Status === 'ready' ? existing.StatusUpdatedAt : Math.floor(deps.now() / 1000),
        SchedulingEligibility: existing?.SchedulingEligibility ?? 'eligible',
        Drain: existing?.Drain ?? false,
        DrainStrategy: existing?.DrainStrategy ?? null,
        Events: existing?.Events ?? [],
        CreateIndex: 0,
        ModifyIndex: 0,
      };
      return event ? withEvent(next, event) : next;
    });
  }

  async function setStatus(
    nodeId: string,
    status: NodeStatus,
    description: string,
    event?: string,
  ): Promise<NodeWritten> {
    return change(nodeId, (existing) => {
      if (!existing) throw new UnknownObjectError('node not found');
      if (existing.Status === status) return existing;
      const next = {
        ...existing,
        Status: status,
        StatusDescription: description,
        StatusUpdatedAt: Math.floor(deps.now() / 1000),
      };
      return event ? withEvent(next, event) : next;
    });
  }

  async function setEligibility(nodeId: string, eligibility: NodeRow['SchedulingEligibility']): Promise<NodeWritten> {
    return change(nodeId, (existing) => {
      if (!existing) throw new UnknownObjectError('node not found');
      if (existing.SchedulingEligibility === eligibility) return existing;
      return withEvent(
        { ...existing, SchedulingEligibility: eligibility },
        `Node marked as ${eligibility} for scheduling`,
      );
    });
  }

  /**
   * Begins to empty the node, or (`spec` null) gives that up; then it takes work again if it is marked so. `deadlineNanos`: negative: at once; 0: without
   * one. The drain itself is `drains.ts`.
   */
  async function drain(
    nodeId: string,
    spec: { deadlineNanos: number; ignoreSystemJobs: boolean } | null,
    markEligible: boolean,
  ): Promise<NodeWritten> {
    return change(nodeId, (existing) => {
      if (!existing) throw new UnknownObjectError('node not found');
      if (spec === null && !existing.DrainStrategy && !markEligible) return existing;
      const SchedulingEligibility = spec === null && markEligible ? 'eligible' : 'ineligible';
      const DrainStrategy = spec && strategyOf(spec, deps.now());
      const message = spec === null ? 'Node drain canceled' : 'Node drain strategy set';
      return withEvent({ ...existing, Drain: spec !== null, DrainStrategy, SchedulingEligibility }, message, 'Drain');
    });
  }

  /** The node is empty; it stays ineligible. */
  async function endDrain(nodeId: string): Promise<NodeWritten> {
    return change(nodeId, (existing) => {
      if (!existing) throw new UnknownObjectError('node not found');
      if (!existing.DrainStrategy) return existing;
      return withEvent({ ...existing, Drain: false, DrainStrategy: null }, 'Node drain complete', 'Drain');
    });
  }

  /** Forgets the node. What it ran is lost, and replaced; if it lives, it registers again with its next heartbeat. */
  async function purge(nodeId: string): Promise<NodeWritten> {
    const { index, answer } = await commitDecision(state, `Node ${nodeId}`, () => {
      const existing = nodes.get(nodeId);
      if (!existing) throw new UnknownObjectError('node not found');
      const evals = evaluationsFor(existing);
      const ops: Op[] = [{ kind: 'delete', table: 'nodes', key: nodeId }, ...evals, ...lostOps(existing)];
      return {
        txn: { ops, require: [{ table: 'nodes', key: nodeId, modifyIndex: existing.ModifyIndex }] },
        answer: evals,
      };
    });
    return written(index, answer);
  }

  /** Evaluates every job that has something on the node, and those that want something on each node. */
  async function evaluate(nodeId: string): Promise<NodeWritten> {
    const node = nodes.get(nodeId);
    if (!node) throw new UnknownObjectError('node not found');
    const ops = evaluationsFor(node);
    const result = ops.length > 0 ? await state.commit({ ops }) : undefined;
    return written(result?.ok ? result.index : state.index(), ops);
  }

  /** Id of each allocation with its AllocModifyIndex: what a client compares with what it runs. */
  function assignments(read: Read, nodeId: string): Record<string, number> {
    return Object.fromEntries(read.by(allocs, 'node', nodeId).map((row) => [row.ID, row.ModifyIndex]));
  }

  async function change(nodeId: string, decide: (existing: NodeRow | undefined) => NodeRow): Promise<NodeWritten> {
    const { index, answer } = await commitDecision(state, `Node ${nodeId}`, () => {
      const existing = nodes.get(nodeId);
      const next = decide(existing);
      if (existing && sameNode(existing, next)) return { answer: [] };
      const evals = schedulingChanged(existing, next) ? evaluationsFor(next) : [];
      const lost = next.Status === 'down' ? lostOps(next) : [];
      return { txn: putNode(next, existing, [...evals, ...lost]), answer: evals };
    });
    return written(index, answer);
  }

  /** What was to stop on a node that went down: nobody will report its end. (What was to run is replaced, and lost by that.) */
  function lostOps(node: NodeRow): Op[] {
    const time = nowNanos(deps);
    return [...allocs.by('node', node.ID)]
      .filter((row) => row.DesiredStatus !== 'run' && !isClientTerminal(clientStatus(row, allocStatus.get(row.ID))))
      .map((row) => ({
        kind: 'put',
        table: 'allocs',
        key: row.ID,
        value: { ...row, ClientStatus: 'lost', ModifyTime: time },
      }));
  }

  function evaluationsFor(node: NodeRow): Op[] {
    const affected = new Set<string>();
    const returning = new Set<string>();
    for (const row of allocs.by('node', node.ID)) {
      if (row.DesiredStatus !== 'run') continue;
      const key = jobKey(row.Namespace, row.JobID);
      affected.add(key);
      if (node.Status === 'ready' && row.ClientStatus === 'unknown') returning.add(key);
    }
    for (const type of ['system', 'sysbatch'])
      for (const job of jobs.by('onEachNode', type)) affected.add(jobKey(job.Namespace, job.ID));
    return [...affected].flatMap((key) => {
      const job = jobs.get(key);
      const of = { NodeID: node.ID, NodeModifyIndex: node.ModifyIndex };
      const trigger = returning.has(key) ? 'reconnect' : 'node-update';
      return job ? [putEvaluation(newEvaluation(deps, job, trigger, of))] : [];
    });
  }

  function withEvent(node: NodeRow, message: string, subsystem = 'Cluster'): NodeRow {
    const event: NodeEvent = {
      Message: message,
      Subsystem: subsystem,
      Details: null,
      Timestamp: new Date(deps.now()).toISOString(),
      CreateIndex: 0,
    };
    return { ...node, Events: [...node.Events, event].slice(-NODE_EVENTS) };
  }

  return { authenticate, register, setStatus, setEligibility, drain, endDrain, purge, evaluate, assignments };
}

function putNode(next: NodeRow, existing: NodeRow | undefined, ops: Op[]): Txn {
  return {
    ops: [{ kind: 'put', table: 'nodes', key: next.ID, value: next }, ...ops],
    require: [{ table: 'nodes', key: next.ID, modifyIndex: existing?.ModifyIndex ?? 0 }],
  };
}

function written(index: number, ops: Op[]): NodeWritten {
  return { index, evalIds: ops.map(({ key }) => key), evalIndex: ops.length > 0 ? index : 0 };
}

/** Whether the scheduler may decide otherwise than before. */
function schedulingChanged(existing: NodeRow | undefined, next: NodeRow): boolean {
  if (!existing) return true;
  return (
    existing.Status !== next.Status ||
    // A node that takes no more work changes nothing about what it has; a drain asks for that itself.
    (existing.SchedulingEligibility !== next.SchedulingEligibility && next.SchedulingEligibility === 'eligible') ||
    existing.ComputedClass !== next.ComputedClass
  );
}

const ZERO_TIME = '0001-01-01T00:00:00Z';

function strategyOf(spec: { deadlineNanos: number; ignoreSystemJobs: boolean }, now: number): DrainStrategy {
  const { deadlineNanos, ignoreSystemJobs } = spec;
  return {
    Deadline: deadlineNanos,
    IgnoreSystemJobs: ignoreSystemJobs,
    ForceDeadline: deadlineNanos > 0 ? new Date(now + deadlineNanos / 1e6).toISOString() : ZERO_TIME,
    StartedAt: new Date(now).toISOString(),
  };
}

/** Re-registering what is known already writes nothing. */
function sameNode(existing: NodeRow, next: NodeRow): boolean {
  if (existing === next) return true;
  const stamps = { CreateIndex: existing.CreateIndex, ModifyIndex: existing.ModifyIndex };
  return JSON.stringify(existing) === JSON.stringify({ ...next, ...stamps });
}

function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
