import { expect, onTestFinished, test } from 'vitest';
import type { Clock } from '../../src/client/clock.ts';
import { createRegistration } from '../../src/client/registration.ts';
import { silentLog } from '../../src/log.ts';
import { until } from '../support/until.ts';
import { aNode } from './support/builders.ts';

/** A server whose answers are told, and a clock that notes how long it was asked to sleep and goes on at once. */
function registering(answers: {
  register?: () => void;
  heartbeat?: (count: number) => void;
  ttl?: number;
  silence?: () => number;
}) {
  const asked: string[] = [];
  const naps: number[] = [];
  let beats = 0;
  const clock: Clock = {
    now: () => 0,
    monotonic: answers.silence ?? (() => 0),
    sleep: async (ms) => {
      naps.push(ms);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  const answer = { heartbeatTtlMs: answers.ttl ?? 10_000, index: 1 };
  const registration = createRegistration({
    server: {
      async register() {
        asked.push('register');
        answers.register?.();
        return answer;
      },
      async heartbeat(_id, status) {
        beats += 1;
        asked.push(status);
        answers.heartbeat?.(beats);
        return answer;
      },
    },
    node: () => aNode(),
    async tell() {
      asked.push('tell');
    },
    clock,
    random: () => 0.5,
    log: silentLog,
  });
  onTestFinished(() => registration.stop());
  registration.start();
  return { registration, asked, naps };
}

const fail = (code: string) => {
  throw Object.assign(new Error('no'), { code });
};

test('says ready well before the time is over', async () => {
  const { registration, asked, naps } = registering({});
  await registration.ready;
  await until('several heartbeats', () => asked.length > 3);
  expect(asked.slice(0, 3)).toEqual(['register', 'ready', 'ready']);
  expect(naps[0]).toBeCloseTo(3_600);
});

test('goes on with heartbeats over a server that is away', async () => {
  const { asked } = registering({ heartbeat: (count) => (count === 2 ? fail('unavailable') : undefined) });
  await until('several heartbeats', () => asked.length > 4);
  expect(asked.slice(0, 4)).toEqual(['register', 'ready', 'ready', 'ready']);
});

test('registers again with a server that does not know it', async () => {
  const { asked } = registering({ heartbeat: (count) => (count === 2 ? fail('refused') : undefined) });
  await until('several heartbeats', () => asked.length > 5);
  expect(asked.slice(0, 5)).toEqual(['register', 'ready', 'ready', 'register', 'ready']);
});

test('registers again when the node has changed', async () => {
  const { registration, asked } = registering({});
  await registration.ready;
  registration.changed();
  await until('registered again', () => asked.filter((what) => what === 'register').length === 2);
});

test('asks ever more rarely while it is refused', async () => {
  const { naps } = registering({ heartbeat: () => fail('refused') });
  await until('many attempts', () => naps.length > 10);
  expect(naps.slice(0, 4)).toEqual([75, 150, 300, 600]);
  expect(Math.max(...naps)).toBeLessThanOrEqual(15_000);
});

test('tells what became of its allocations before it is ready, at the start and after a silence', async () => {
  let now = 1;
  const { asked } = registering({
    silence: () => now,
    heartbeat(count) {
      if (count !== 3) return;
      now += 60_000;
      fail('unavailable');
    },
  });
  await until('several heartbeats', () => asked.length > 8);
  expect(asked.slice(0, 8)).toEqual(['tell', 'register', 'tell', 'ready', 'ready', 'ready', 'tell', 'ready']);
});
