import type { TaskGroup } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import type { AllocRunner } from '../../src/client/alloc-runner/alloc-runner.ts';
import { systemClock } from '../../src/client/clock.ts';
import { createDisconnectStop } from '../../src/client/disconnect-stop.ts';
import { until } from '../support/until.ts';
import { anAllocation, aTask, jobOf } from './support/builders.ts';

/** An allocation that only knows whether it was stopped. */
function aRunner(afterMs: number | null, group: Partial<TaskGroup> = {}) {
  const allocation = anAllocation(
    jobOf([aTask()], {}, { StopAfterClientDisconnect: afterMs && afterMs * 1e6, ...group }),
  );
  let why: string | undefined;
  const runner: Pick<AllocRunner, 'allocation' | 'isOver' | 'stop'> = {
    allocation: () => allocation,
    isOver: () => why !== undefined,
    async stop(event) {
      why = event?.(0).DisplayMessage;
    },
  };
  return { runner: runner as AllocRunner, why: () => why };
}

function aNode(runners: AllocRunner[]) {
  let now = 0;
  let at = 1;
  let looks = 0;
  const heartbeat = () => ({ at, ttlMs: 10 });
  const watch = createDisconnectStop({
    heartbeat,
    runners: () => runners,
    // It looks as often as it can.
    clock: {
      ...systemClock,
      monotonic: () => now,
      sleep: (_ms, signal) => {
        looks += 1;
        return systemClock.sleep(1, signal);
      },
    },
  });
  watch.start();
  const looked = async () => {
    const from = looks;
    await until('it has looked', () => looks > from + 1);
  };
  return {
    watch,
    async pass(ms: number) {
      now += ms;
      await looked();
    },
    async beat() {
      at += 1;
      await looked();
    },
  };
}

describe('without servers', () => {
  test('an allocation is stopped after its time, and others run on', async () => {
    const [mine, patient, other] = [aRunner(1_000), aRunner(60_000), aRunner(null)];
    const node = aNode([mine.runner, patient.runner, other.runner]);
    await node.pass(999);
    expect(mine.why()).toBeUndefined();
    await node.pass(1);
    expect(mine.why()).toBe('no server was reached for 1s (stop_after_client_disconnect)');
    expect([patient.why(), other.why()]).toEqual([undefined, undefined]);
    await node.watch.stop();
  });

  test('a disconnect block says how long, too', async () => {
    const disconnect = { LostAfter: null, StopOnClientAfter: 2_000e6, Replace: null, Reconcile: null };
    const mine = aRunner(null, { Disconnect: disconnect });
    const node = aNode([mine.runner]);
    await node.pass(1_999);
    expect(mine.why()).toBeUndefined();
    await node.pass(1);
    expect(mine.why()).toBe('no server was reached for 2s (stop_on_client_after)');
    await node.watch.stop();
  });

  test('the time begins anew with each heartbeat that is taken', async () => {
    const mine = aRunner(1_000);
    const node = aNode([mine.runner]);
    await node.pass(900);
    await node.beat();
    await node.pass(900);
    expect(mine.why()).toBeUndefined();
    await node.pass(100);
    expect(mine.why()).toBeDefined();
    await node.watch.stop();
  });
});
