import { expect, test } from 'vitest';
import { inTurn, nextTurn } from '../src/turns.ts';

function busyFor(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test('tasks run in the order in which they came, also those that came while others had to wait', async () => {
  const seen: number[] = [];
  for (let at = 0; at < 20; at += 1)
    inTurn(() => {
      seen.push(at);
      busyFor(2);
      if (at === 5) inTurn(() => seen.push(20));
    });
  while (seen.length < 21) await nextTurn();
  expect(seen).toEqual(Array.from({ length: 21 }, (_, at) => at));
});

test('many tasks leave turns of the event loop to others', async () => {
  let done = 0;
  let others = 0;
  for (let at = 0; at < 50; at += 1)
    inTurn(() => {
      busyFor(2);
      done += 1;
    });
  while (done < 50) {
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    others += 1;
  }
  // 100 ms of work in shares of a few milliseconds.
  expect(others).toBeGreaterThanOrEqual(10);
});
