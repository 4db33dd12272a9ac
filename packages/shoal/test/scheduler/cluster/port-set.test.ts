import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PortSet, parsePorts } from '../../../src/scheduler/cluster/port-set.ts';

const port = fc.integer({ min: 0, max: 200 });

describe('a set of ports', () => {
  test('counts what is taken or reserved between two ports', () => {
    fc.assert(
      fc.property(fc.array(port), fc.array(port), port, port, (taken, reserved, a, b) => {
        const set = new PortSet();
        for (const each of taken) set.take(each);
        set.reserve(reserved);
        const [first, last] = [Math.min(a, b), Math.max(a, b)];
        const inside = new Set([...taken, ...reserved].filter((each) => each >= first && each <= last));
        expect(set.countTaken(first, last)).toBe(inside.size);
      }),
    );
  });

  test('frees a port when all that held it gave it back', () => {
    const set = new PortSet();
    set.take(80);
    set.take(80);
    set.release(80);
    expect(set.has(80)).toBe(true);
    set.release(80);
    expect(set.has(80)).toBe(false);
  });

  test('keeps what is in use when reservations change', () => {
    const set = new PortSet();
    set.take(80);
    set.reserve([22, 80]);
    set.reserve([]);
    expect([set.has(22), set.has(80)]).toEqual([false, true]);
  });
});

test.each([
  { given: '', want: [] },
  { given: '22', want: [22] },
  { given: '22, 80,8500-8502', want: [22, 80, 8500, 8501, 8502] },
  { given: 'x,70000,-1,65535', want: [65_535] },
])('ports "$given"', ({ given, want }) => {
  expect(parsePorts(given)).toEqual(want);
});
