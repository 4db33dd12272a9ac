import { Worker } from 'node:worker_threads';
import type { Evaluation } from '@shoal/api';
import type { Change } from '../store/contract.ts';
import { PlanFailedError, SchedulerStoppedError } from './errors.ts';
import { Outbox } from './outbox.ts';
import type { Plan, PlanOptions } from './plan.ts';
import { fromMessage } from './plan-message.ts';
import { PlansOnTheirWay } from './plans-on-their-way.ts';
import { thin } from './thin.ts';
import type { SchedulerWorker, StartScheduler } from './worker-contract.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

/** Changes per message: what is copied at once stays below a few milliseconds. */
const CHUNK = 500;

type Waiting = { readonly resolve: (plan: Plan) => void; readonly reject: (error: Error) => void };
type Early = { readonly minIndex: number; readonly send: () => void };

/** Starts the scheduler's thread, and resolves once it was sent the snapshot. */
export const startScheduler: StartScheduler = async ({ entry, snapshot, config }) => {
  const client = new Client(new Worker(entry));
  if (config) client.configure(config);
  await client.load(snapshot);
  return client;
};

class Client implements SchedulerWorker {
  readonly ended: Promise<Error | undefined>;
  readonly #worker: Worker;
  readonly #outbox: Outbox<ToWorker>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #plans = new PlansOnTheirWay();
  /** Ids of nodes that plans named, each as one text. */
  readonly #nodeIds = new Map<string, string>();
  /** Plans that are to be made from more than was fed so far. */
  #early: Early[] = [];
  /** Sets that came while the snapshot was read. */
  #held: Parameters<SchedulerWorker['feed']>[0][] | undefined = [];
  #index = 0;
  #requests = 0;
  #gone: SchedulerStoppedError | undefined;
  #stopping = false;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.#outbox = new Outbox((message) => worker.postMessage(message));
    let cause: Error | undefined;
    worker.on('message', (message: FromWorker) => this.#answered(message));
    worker.on('error', (error) => {
      cause = error instanceof Error ? error : new Error(String(error));
    });
    this.ended = new Promise((resolve) => {
      worker.on('exit', (code) => {
        const reason = this.#stopping ? undefined : (cause ?? new Error(`exit code ${code}`));
        this.#end(reason);
        resolve(reason);
      });
    });
  }

  async load({ index, changes }: Parameters<StartScheduler>[0]['snapshot']): Promise<void> {
    for await (const slice of slices(changes)) {
      this.#send(slice, 0);
      await new Promise(setImmediate);
    }
    this.#advance(index);
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const set of held) this.feed(set);
  }

  feed(set: Parameters<SchedulerWorker['feed']>[0]): void {
    if (this.#gone) return;
    if (this.#held) {
      this.#held.push(set);
      return;
    }
    const { brought, rest } = this.#plans.sort(set);
    for (const part of brought) this.#outbox.post({ kind: 'brought', ...part, index: set.index });
    this.#send(rest, set.index);
    this.#advance(set.index);
  }

  plan(
    evaluation: Evaluation,
    { minIndex = 0, ...options }: PlanOptions & { readonly minIndex?: number },
  ): Promise<Plan> {
    if (this.#gone) return Promise.reject(this.#gone);
    const request = ++this.#requests;
    return new Promise((resolve, reject) => {
      this.#waiting.set(request, { resolve, reject });
      const send = () => this.#outbox.post({ kind: 'plan', request, index: this.#index, evaluation, options });
      if (this.#held || this.#index < minIndex) this.#early.push({ minIndex, send });
      else send();
    });
  }

  settle(planId: string, outcome: Parameters<SchedulerWorker['settle']>[1]): void {
    this.#plans.over(planId);
    if (!this.#gone) this.#outbox.post({ kind: 'settle', planId, outcome });
  }

  configure(config: Parameters<SchedulerWorker['configure']>[0]): void {
    if (!this.#gone) this.#outbox.post({ kind: 'configure', config });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#worker.terminate();
    await this.ended;
  }

  #send(changes: readonly Change[], index: number): void {
    const wanted = changes.flatMap((change) => thin(change) ?? []);
    for (let at = 0; at < wanted.length; at += CHUNK) {
      const last = at + CHUNK >= wanted.length;
      const chunk = wanted.slice(at, at + CHUNK);
      this.#outbox.post({ kind: 'changes', changes: chunk, index: last ? index : 0 }, chunk.length > CHUNK / 2);
    }
  }

  #advance(index: number): void {
    this.#index = Math.max(this.#index, index);
    if (this.#early.length === 0) return;
    const due = this.#early.filter((each) => each.minIndex <= this.#index);
    this.#early = this.#early.filter((each) => each.minIndex > this.#index);
    for (const { send } of due) send();
  }

  #answered(message: FromWorker): void {
    const waiting = this.#waiting.get(message.request);
    this.#waiting.delete(message.request);
    if (message.kind === 'planned') {
      const plan = fromMessage(message.plan, (id) => this.#nodeId(id));
      this.#plans.made(plan);
      waiting?.resolve(plan);
    } else waiting?.reject(new PlanFailedError(message.evalId, message.reason));
  }

  #nodeId(id: string): string {
    const known = this.#nodeIds.get(id);
    if (known === undefined) this.#nodeIds.set(id, id);
    return known ?? id;
  }

  #end(reason: Error | undefined): void {
    this.#gone = new SchedulerStoppedError(reason);
    this.#outbox.clear();
    this.#plans.clear();
    for (const { reject } of this.#waiting.values()) reject(this.#gone);
    this.#waiting.clear();
    this.#early = [];
  }
}

async function* slices(
  changes: Iterable<Change> | AsyncIterable<readonly Change[]>,
): AsyncGenerator<readonly Change[]> {
  if (Symbol.asyncIterator in changes) {
    yield* changes;
    return;
  }
  let slice: Change[] = [];
  for (const change of changes) {
    slice.push(change);
    if (slice.length < CHUNK) continue;
    yield slice;
    slice = [];
  }
  yield slice;
}
