import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SortedKeys } from '../../src/state/sorted-keys.ts';

test('holds what a set holds, in order, whatever is added and deleted', () => {
  const key = fc.string({ maxLength: 3, unit: fc.constantFrom('a', 'b', 'c', '/') });
  const step = fc.record({ add: fc.boolean(), key });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 2_000 }), key, (steps, prefix) => {
      const keys = new SortedKeys();
      const model = new Set<string>();
      for (const { add, key } of steps) {
        expect(add ? keys.add(key) : keys.delete(key)).toBe(add ? !model.has(key) : model.has(key));
        if (add) model.add(key);
        else model.delete(key);
      }
      const sorted = [...model].sort();
      expect(keys.size).toBe(model.size);
      expect([...keys.scan(prefix)]).toEqual(sorted.filter((name) => name.startsWith(prefix)));
    }),
    { numRuns: 50 },
  );
});

test('many keys in random order come out sorted, and a scan may begin anywhere', () => {
  const keys = new SortedKeys();
  const all = Array.from({ length: 5_000 }, (_, i) => ((i * 7919) % 5_000).toString(36).padStart(4, '0'));
  for (const key of all) keys.add(key);
  const sorted = [...all].sort();
  expect([...keys.scan()]).toEqual(sorted);
  expect([...keys.scan('', sorted[1_234])]).toEqual(sorted.slice(1_234));
});
