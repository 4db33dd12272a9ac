import type { Assertion } from './nodes.ts';
import type { Instruction } from './program.ts';

/** Where each group begins and ends, as code point positions; -1 for those that took no part. */
export type Slots = readonly number[];

type Thread = { readonly at: number; readonly slots: Slots };

/**
 * Finds the first match at or after `from`, the preferred one where there are several. All possibilities go forward together, one code point at a
 * time, so that the time is pattern times text at worst, whatever the pattern is.
 */
export function findMatch(
  program: readonly Instruction[],
  codes: readonly number[],
  from: number,
  slotCount: number,
): Slots | undefined {
  const visited = new Int32Array(program.length).fill(-1);
  const blank: Slots = Array<number>(slotCount).fill(-1);
  let current: Thread[] = [];
  let best: Slots | undefined;
  for (let position = from; position <= codes.length; position += 1) {
    // New beginnings come last: an earlier beginning is preferred.
    if (best === undefined)
      current = follow(program, visited, { codes, position }, [...current, { at: 0, slots: blank }]);
    else current = follow(program, visited, { codes, position }, current);
    const next: Thread[] = [];
    const code = codes[position];
    for (const { at, slots } of current) {
      const step = program[at];
      if (step?.op === 'match') {
        best = slots;
        break;
      }
      if (step?.op === 'char' && code !== undefined && step.matches(code)) next.push({ at: at + 1, slots });
    }
    current = next;
    if (current.length === 0 && best !== undefined) break;
  }
  return best;
}

type Place = { readonly codes: readonly number[]; readonly position: number };

/** Takes all steps that need no character; what is left waits at a character or has matched. Each step is taken once, by the preferred thread. */
function follow(
  program: readonly Instruction[],
  visited: Int32Array,
  place: Place,
  threads: readonly Thread[],
): Thread[] {
  const waiting: Thread[] = [];
  const open: Thread[] = [...threads].reverse();
  for (let thread = open.pop(); thread !== undefined; thread = open.pop()) {
    const { at, slots } = thread;
    if (visited[at] === place.position) continue;
    visited[at] = place.position;
    const step = program[at];
    switch (step?.op) {
      case 'jump':
        open.push({ at: step.to, slots });
        break;
      case 'split':
        open.push({ at: step.second, slots }, { at: step.first, slots });
        break;
      case 'save':
        open.push({ at: at + 1, slots: slots.with(step.slot, place.position) });
        break;
      case 'assert':
        if (holds(step.what, place)) open.push({ at: at + 1, slots });
        break;
      default:
        waiting.push(thread);
    }
  }
  return waiting;
}

const NEWLINE = 0x0a;

function holds(what: Assertion, { codes, position }: Place): boolean {
  switch (what) {
    case 'text-start':
      return position === 0;
    case 'text-end':
      return position === codes.length;
    case 'line-start':
      return position === 0 || codes[position - 1] === NEWLINE;
    case 'line-end':
      return position === codes.length || codes[position] === NEWLINE;
    case 'word-edge':
      return isWord(codes[position - 1]) !== isWord(codes[position]);
    case 'no-word-edge':
      return isWord(codes[position - 1]) === isWord(codes[position]);
  }
}

function isWord(code: number | undefined): boolean {
  return code !== undefined && code < 0x80 && /\w/.test(String.fromCharCode(code));
}
