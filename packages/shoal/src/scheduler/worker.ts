import { randomUUID } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { toMessage } from './plan-message.ts';
import { createScheduler } from './scheduler.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

/** The entry of the scheduler's thread: feeds go in, plans come out. */
const port = parentPort;
if (!port) throw new Error('scheduler: this file is the entry of a worker thread, and was started as something else');

const scheduler = createScheduler({
  newId: randomUUID,
  random: Math.random,
  elapsed: () => Math.round(performance.now() * 1e6),
});

port.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'changes':
      return scheduler.apply(message.changes, message.index);
    case 'plan':
      return port.postMessage(planned(message));
    case 'brought':
      return scheduler.brought(message.planId, message);
    case 'settle':
      return scheduler.settle(message.planId, message.outcome);
    case 'configure':
      return scheduler.configure(message.config);
  }
});

function planned({ request, index, evaluation, options }: Extract<ToWorker, { kind: 'plan' }>): FromWorker {
  try {
    scheduler.apply([], index);
    return { kind: 'planned', request, plan: toMessage(scheduler.plan(evaluation, options)) };
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { kind: 'failed', request, evalId: evaluation.ID, reason };
  }
}
