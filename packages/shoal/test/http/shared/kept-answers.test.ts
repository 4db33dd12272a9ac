import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { createKeptAnswers } from '../../../src/http/shared/kept-answers.ts';

const nothing = { topics: new Set<string>(), prefixes: [], at: 1 };
const asking = (url: string) => ({ method: 'GET', url, headers: {} }) as IncomingMessage;

/** How many answers are kept, by how often the state is asked to tell of a change. */
function counted() {
  const changes = new Set<() => void>();
  const kept = createKeptAnswers({
    untilChanged(_, changed) {
      changes.add(changed);
      return () => changes.delete(changed);
    },
    safety: { hosts: [], domains: [], listen: [], ports: [] },
  });
  const offer = (url: string, body = 'x', read = nothing) =>
    kept.offer(asking(url), read, { route: '/', headers: [], body });
  return { changes, offer };
}

test('what is asked for once is not kept', () => {
  const { changes, offer } = counted();
  for (let i = 0; i < 3000; i++) offer(`/${i}`);
  expect(changes.size).toBe(0);
});

const large = 'x'.repeat(64 * 1024);
const wide = { ...nothing, topics: new Set(Array.from({ length: 1000 }, (_, at) => String(at))) };
const bounds = [
  { name: 'answers', body: 'x', most: 1000 },
  { name: 'characters', body: large, most: 128 },
  { name: 'characters of one answer', body: `${large}x`, most: 0 },
  { name: 'things that are watched', body: '', read: wide, most: 41 },
];

test.each(bounds)('the number of $name is bounded, and what goes is no longer watched', ({ body, read, most }) => {
  const { changes, offer } = counted();
  for (let i = 0; i < 3000; i++) for (let again = 0; again < 2; again++) offer(`/${i}`, body, read);
  expect(changes.size).toBe(most);
});
