import { FunctionError } from './errors.ts';
import { raw, Struct } from './values.ts';

/** Written out, a value has no more parts than this. */
const MAX_PARTS = 4_000_000;
const MAX_DEPTH = 2_000;
const OPEN = -1;

/**
 * Refuses a value that cannot be written out or walked through: one that holds itself, or whose parts, shared among each other, are more than anybody has
 * time for. It takes a step for each different part. @throws FunctionError
 */
export function checkSize(value: unknown): void {
  const inner = raw(value);
  if (typeof inner === 'object' && inner !== null) partsOf(value, new Map(), 0);
}

function partsOf(value: unknown, known: Map<object, number>, depth: number): number {
  const inner = raw(value);
  // A struct is read when it is asked for, and what it is read from is a plain answer.
  if (typeof inner !== 'object' || inner === null || value instanceof Struct) return 1;
  const before = known.get(inner);
  if (before === OPEN) throw new FunctionError('the value holds itself');
  if (before !== undefined) return before;
  if (depth > MAX_DEPTH) throw new FunctionError('the value is nested too deeply');
  known.set(inner, OPEN);
  let parts = 1;
  for (const part of inner instanceof Map ? inner.values() : Object.values(inner)) {
    parts += partsOf(part, known, depth + 1);
    if (parts > MAX_PARTS) throw new FunctionError(`the value has more than ${MAX_PARTS} parts`);
  }
  known.set(inner, parts);
  return parts;
}
