import { type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { expect, onTestFinished, test } from 'vitest';
import { askForCollection, createIdleMemory } from '../src/idle-memory.ts';
import { until } from './support/until.ts';

const MB = 1024 * 1024;

/** What each look at a process sees, and whether a collection is asked for then. */
type Look = { heapMB: number; busy?: boolean; asks: boolean };

const look = (heapMB: number, asks = false): Look => ({ heapMB, asks });
const several = (count: number, heapMB: number): Look[] => Array.from({ length: count }, () => look(heapMB));

const START = [look(80, true), look(60, true), look(60, true), look(60)];

test.each<{ name: string; looks: Look[] }>([
  { name: 'what the start left is collected, and no more than three times', looks: [...START, ...several(20, 60)] },
  {
    name: 'a process that works is left alone, until it rests',
    looks: [{ heapMB: 80, busy: true, asks: false }, { heapMB: 120, busy: true, asks: false }, look(120, true)],
  },
  { name: 'a little garbage is not worth it', looks: [...START, ...several(20, 66)] },
  {
    name: 'a burst is collected, but not at once after the last time',
    looks: [...START, ...several(2, 90), look(90, true), look(61)],
  },
  {
    name: 'what a burst holds that came between two collections is not taken for what is needed',
    looks: [
      look(80, true),
      { heapMB: 90, busy: true, asks: false },
      ...several(2, 130),
      look(130, true),
      look(100, true),
      look(70, true),
      look(70),
    ],
  },
  { name: 'slow growth adds up', looks: [...START, ...several(3, 62), look(66), look(70, true)] },
])('$name', ({ looks }) => {
  let now: Look = look(0);
  let asked = false;
  const memory = createIdleMemory({
    heapBytes: () => now.heapMB * MB,
    utilization: () => (now.busy ? 0.5 : 0.01),
    collect: () => {
      asked = true;
    },
  });
  const seen = looks.map((next) => {
    now = next;
    asked = false;
    memory.look();
    return asked;
  });
  expect(seen).toEqual(looks.map(({ asks }) => asks));
});

test('V8 collects when it is asked to', async () => {
  const kinds: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { detail: { kind: number } })[])
      kinds.push(entry.detail.kind);
  });
  observer.observe({ entryTypes: ['gc'] });
  onTestFinished(() => observer.disconnect());
  askForCollection();
  const major = 4;
  await until('the old generation was collected', () => {
    // A step of it is done where memory is asked for.
    Array.from({ length: 1_000 }, (_, index) => ({ index }));
    return kinds.includes(major);
  });
});
