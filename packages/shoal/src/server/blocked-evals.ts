import { isClientTerminal } from '../state/alloc-view.ts';
import type { AllocRow, AllocStatusRow, EvalRow, NodeRow } from '../state/rows.ts';
import type { Change } from '../store/contract.ts';
import type { ServerDeps } from './deps.ts';

/** New room of nodes of one class; '' for any class. */
type Room = { index: number; classes: Set<string> };

/**
 * Wakes evaluations that wait for room: when a node comes or becomes eligible, and when allocations end. What became free between the
 * snapshot of an evaluation and its being blocked counts, too.
 */
export class BlockedEvals {
  readonly #deps: Pick<ServerDeps, 'state'>;
  readonly #process: (evaluation: EvalRow) => void;
  /** The newest index at which a class got room. */
  readonly #freed = new Map<string, number>();
  #pending: Room | undefined;
  #unfollow: (() => void) | undefined;

  /** `process` has an evaluation planned again; it stays blocked in the state until that has an outcome. */
  constructor(deps: Pick<ServerDeps, 'state'>, process: (evaluation: EvalRow) => void) {
    this.#deps = deps;
    this.#process = process;
  }

  /** What became free while nobody followed is not known: everything is looked at once. */
  start(): void {
    const { state } = this.#deps;
    this.#unfollow ??= state.follow(({ index, changes }) => {
      for (const change of changes) this.#saw(index, change);
    });
    for (const row of state.tables.evals.by('status', 'blocked')) this.#process(row);
  }

  stop(): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
  }

  #saw(index: number, change: Change): void {
    const nodeClass = this.#roomFor(change);
    if (nodeClass !== undefined) this.#free(index, nodeClass);
    else if (change.table === 'evals' && (change.value as EvalRow | undefined)?.Status === 'blocked')
      this.#missed(change.value as EvalRow);
  }

  /** The class of the node that the change gave room, if it did. */
  #roomFor({ table, value }: Change): string | undefined {
    if (!value) return undefined;
    if (table === 'nodes') {
      const node = value as NodeRow;
      return node.Status === 'ready' && node.SchedulingEligibility === 'eligible' && !node.Drain
        ? node.ComputedClass
        : undefined;
    }
    if (table === 'allocStatus' && isClientTerminal((value as AllocStatusRow).ClientStatus))
      return this.#classOf((value as AllocStatusRow).NodeID);
    // A stopped one has its place until its client says that it ended; but of a lost one nobody will say it.
    if (table === 'allocs' && (value as AllocRow).ClientStatus === 'lost')
      return this.#classOf((value as AllocRow).NodeID);
    return undefined;
  }

  #classOf(nodeId: string): string {
    return this.#deps.state.tables.nodes.get(nodeId)?.ComputedClass ?? '';
  }

  #free(index: number, nodeClass: string): void {
    this.#freed.set(nodeClass, index);
    if (!this.#pending) setImmediate(() => this.#unblock());
    this.#pending ??= { index, classes: new Set() };
    this.#pending.index = index;
    this.#pending.classes.add(nodeClass);
  }

  #missed(row: EvalRow): void {
    const since = row.SnapshotIndex ?? 0;
    const missed = [...this.#freed].find(([nodeClass, index]) => index > since && concerns(row, nodeClass));
    if (missed) this.#free(missed[1], missed[0]);
  }

  #unblock(): void {
    const room = this.#pending;
    this.#pending = undefined;
    if (!room || !this.#unfollow) return;
    for (const row of this.#deps.state.tables.evals.by('status', 'blocked')) {
      const isNews = (row.SnapshotIndex ?? 0) < room.index;
      if (isNews && [...room.classes].some((nodeClass) => concerns(row, nodeClass))) this.#process(row);
    }
  }
}

/** A class that the job's constraints were found to rule out brings nothing. */
function concerns(row: EvalRow, nodeClass: string): boolean {
  return row.EscapedComputedClass === true || row.ClassEligibility?.[nodeClass] !== false;
}
