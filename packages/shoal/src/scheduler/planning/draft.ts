import type { AllocMetric, Evaluation, Job } from '@shoal/api';
import type { Cluster } from '../cluster/cluster.ts';
import type { AllocEntry } from '../cluster/entries.ts';
import type { AllocPatch, AllocPatchKind, DesiredUpdates, NewAlloc, NewEval } from '../plan.ts';
import { UNKNOWN } from '../reconcile/descriptions.ts';
import type { Stop } from '../reconcile/result.ts';
import { Journal } from './journal.ts';

/** A plan while it is made. */
export class Draft {
  readonly evaluation: Evaluation;
  readonly job: Job | undefined;
  /** Unix nanoseconds. */
  readonly now: number;
  readonly journal: Journal;
  readonly newAllocs: NewAlloc[] = [];
  readonly newEvals: NewEval[] = [];
  readonly failed = new Map<string, AllocMetric>();
  readonly queued = new Map<string, number>();
  readonly updates: Record<string, DesiredUpdates> = {};
  readonly usedSlots = new Set<number>();
  nextEval: string | undefined;
  readonly #patches = new Map<string, { kind: AllocPatchKind; set: AllocPatch['set'] }>();

  constructor(cluster: Cluster, evaluation: Evaluation, job: Job | undefined, now: number) {
    this.evaluation = evaluation;
    this.job = job;
    this.now = now;
    this.journal = new Journal(cluster);
  }

  patch(alloc: AllocEntry, kind: AllocPatchKind, set: AllocPatch['set']): void {
    const known = this.#patches.get(alloc.id);
    this.#patches.set(alloc.id, { kind: known?.kind ?? kind, set: { ...known?.set, ...set, ModifyTime: this.now } });
  }

  patches(): AllocPatch[] {
    return [...this.#patches].map(([id, { kind, set }]) => ({ id, kind, set }));
  }

  /** Its node may come back with it. */
  loseSight(alloc: AllocEntry): void {
    this.patch(alloc, 'unknown', { ClientStatus: 'unknown', DesiredDescription: UNKNOWN });
    this.journal.change(alloc, { stated: 'unknown', statedAt: this.now });
  }

  /** It goes on, whatever was to follow it. */
  welcome(alloc: AllocEntry): void {
    this.patch(alloc, 'return', {
      ClientStatus: undefined,
      DesiredDescription: '',
      NextAllocation: '',
      FollowupEvalID: '',
    });
    this.journal.change(alloc, { stated: undefined, statedAt: 0, next: '', followUp: '' });
  }

  stop({ alloc, description, lost }: Stop): void {
    this.patch(alloc, 'stop', {
      DesiredStatus: 'stop',
      DesiredDescription: description,
      ...(lost && { ClientStatus: 'lost' }),
    });
    this.journal.change(alloc, { desired: 'stop', ...(lost && { stated: 'lost', statedAt: this.now }) });
  }

  link(previous: AllocEntry, next: string): void {
    this.patch(previous, 'link', { NextAllocation: next });
    this.journal.change(previous, { next });
  }

  fail(group: string, metric: AllocMetric): void {
    const known = this.failed.get(group);
    this.failed.set(group, known ? { ...known, CoalescedFailures: known.CoalescedFailures + 1 } : metric);
    this.queued.set(group, (this.queued.get(group) ?? 0) + 1);
  }
}
