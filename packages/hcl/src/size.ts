import type { Value } from './values.ts';

/** More elements, those of elements included, than any value of a configuration has. What is shared counts each time that it is reached. */
export const MAX_SIZE = 1_000_000;

const sizes = new WeakMap<Value, number>();

/** How many values a value holds, itself included: what it takes to go through it. */
export function sizeOf(value: Value): number {
  switch (value.kind) {
    case 'list':
    case 'set':
    case 'tuple':
      return remembered(value, value.items);
    case 'map':
    case 'object':
      return remembered(value, value.entries.values());
    default:
      return 1;
  }
}

function remembered(value: Value, parts: Iterable<Value>): number {
  const known = sizes.get(value);
  if (known !== undefined) return known;
  let size = 1;
  for (const part of parts) size += sizeOf(part);
  sizes.set(value, size);
  return size;
}
