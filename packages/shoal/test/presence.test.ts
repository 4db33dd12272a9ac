import { describe, expect, test } from 'vitest';
import { Presence } from '../src/presence.ts';

const TERM = 100;
const EVERY = 10;

type Step = { at: number; heard: string[] };

/** Looks every 10 ms, as its owner does; answers with who was given up, and when. */
function givenUp(steps: Step[], until: number, { standsStill = [] as number[] } = {}): string[] {
  const presence = new Presence();
  const gone: string[] = [];
  for (let now = 0; now <= until; now += EVERY) {
    for (const { at, heard } of steps) if (at === now) for (const id of heard) presence.heard(id, now, TERM);
    if (standsStill.some((from) => now >= from && now < from + 500)) continue;
    for (const id of presence.silent(now, EVERY)) gone.push(`${id} at ${now}`);
  }
  return gone;
}

const every = (from: number, to: number, ...heard: string[]): Step[] =>
  Array.from({ length: (to - from) / 20 + 1 }, (_, index) => ({ at: from + index * 20, heard }));

describe('who falls silent', () => {
  const cases = [
    { name: 'nobody while all are heard', given: every(0, 1_000, 'a', 'b'), until: 1_000, want: [] },
    {
      name: 'is given up after its term',
      given: [...every(0, 1_000, 'a'), ...every(0, 200, 'b')],
      until: 1_000,
      want: ['b at 310'],
    },
    { name: 'is given up when it is the only one', given: every(0, 200, 'a'), until: 1_000, want: ['a at 310'] },
    { name: 'is kept when all are silent at once', given: every(0, 200, 'a', 'b', 'c'), until: 5_000, want: [] },
    {
      name: 'is kept when the last words were not at the very same time',
      given: [...every(0, 200, 'a'), ...every(0, 240, 'b')],
      until: 5_000,
      want: [],
    },
    {
      name: 'has a whole new term when the first one is heard again',
      given: [...every(0, 200, 'a', 'b'), ...every(2_000, 4_000, 'a'), ...every(2_080, 4_000, 'b')],
      until: 4_000,
      want: [],
    },
    {
      name: 'is given up a term after the others came back without it',
      given: [...every(0, 200, 'a', 'b'), ...every(2_000, 4_000, 'a')],
      until: 4_000,
      want: ['b at 2110'],
    },
    {
      name: 'one after the other: the second is alone then',
      given: [...every(0, 1_000, 'a'), ...every(0, 200, 'b')],
      until: 2_000,
      want: ['b at 310', 'a at 1110'],
    },
  ];
  test.each(cases)('$name', ({ given, until, want }) => {
    expect(givenUp(given, until)).toEqual(want);
  });

  test('nobody, when it was the listener that stood still', () => {
    const heard = [...every(0, 400, 'a', 'b'), ...every(920, 2_000, 'a', 'b')];
    expect(givenUp(heard, 1_900, { standsStill: [410] })).toEqual([]);
  });
});
