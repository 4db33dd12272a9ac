import { RequestRefusedError } from '../rpc/errors.ts';
import type { NodeRequests } from '../rpc/node-requests.ts';
import { blockingQuery } from '../state/blocking.ts';
import { composeAllocation } from '../state/compose/allocation.ts';
import { nextTurn } from '../turns.ts';
import type { Allocations } from './allocations.ts';
import type { ServerDeps } from './deps.ts';
import type { Heartbeats } from './heartbeats.ts';
import type { Signer } from './keyring/signer.ts';
import type { Nodes } from './nodes.ts';
import { createTaskQuestions } from './task-questions.ts';
import type { Variables } from './variables/variables.ts';

/** Answers the requests of client agents. */
export function createNodeRequests(
  deps: ServerDeps & { readonly oidcIssuer?: string | undefined },
  parts: { nodes: Nodes; allocations: Allocations; heartbeats: Heartbeats; variables: Variables; signer: Signer },
): NodeRequests {
  const { state } = deps;
  const { nodes, allocations, heartbeats } = parts;
  const answerTask = createTaskQuestions(deps, parts);
  return {
    authenticate: nodes.authenticate,
    async register(node) {
      const { index } = await nodes.register(node);
      return { heartbeatTtlMs: heartbeats.heard(node.ID), index };
    },
    async heartbeat(nodeId, status) {
      const row = state.tables.nodes.get(nodeId);
      if (!row) throw new RequestRefusedError(404, `Node ${nodeId} is not registered here: it has to register again.`);
      // Nothing is written while nothing changes: heartbeats would be most of all writes.
      const { index } =
        row.Status === status
          ? { index: state.index() }
          : await nodes.setStatus(nodeId, status, '', statusEvent(row.Status, status));
      return { heartbeatTtlMs: heartbeats.heard(nodeId), index };
    },
    async watchAllocations(nodeId, after, signal) {
      const options = blocking(after, signal);
      const { result, read } = await blockingQuery(state, options, (reading) => nodes.assignments(reading, nodeId));
      return { index: read.index, allocations: result };
    },
    async fetchAllocations(nodeId, ids) {
      await nextTurn();
      const read = state.read();
      return ids.flatMap((id) => {
        const row = state.tables.allocs.get(id);
        return row?.NodeID === nodeId ? [composeAllocation(read, row)] : [];
      });
    },
    async askForTask(nodeId, question, after, signal) {
      if (question.about.kind === 'identity') await parts.signer.prepare();
      const { result, read } = await blockingQuery(state, blocking(after, signal), (reading) =>
        answerTask(reading, nodeId, question),
      );
      if ('refused' in result) throw result.refused;
      return { index: read.index, data: result.data };
    },
    updateAllocations: allocations.report,
  };

  function blocking(after: { index: number; waitMs: number }, signal: AbortSignal) {
    return { ...after, signal, random: deps.random, now: () => performance.now() };
  }
}

function statusEvent(before: string, status: string): string | undefined {
  const wasSilent = before === 'down' || before === 'disconnected';
  return wasSilent && status === 'ready' ? 'Node heartbeat recovered' : undefined;
}
