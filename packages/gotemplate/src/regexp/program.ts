import { RegexpError } from './errors.ts';
import type { Assertion, CharTest, Node } from './nodes.ts';

/** One step of the machine. Targets are indexes; of two targets the first is preferred. */
export type Instruction =
  | { readonly op: 'char'; readonly matches: CharTest }
  | { readonly op: 'assert'; readonly what: Assertion }
  | { readonly op: 'save'; readonly slot: number }
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'match' };

/** Counted repetitions multiply; beyond this a pattern is no pattern any more. */
const MAX_INSTRUCTIONS = 20_000;

/** Turns a tree into the machine's steps. The whole match is group 0. */
export function assemble(node: Node, source: string): Instruction[] {
  const steps: Instruction[] = [];
  const emit = (step: Instruction): number => {
    if (steps.length >= MAX_INSTRUCTIONS) throw new RegexpError('expression too large', source);
    return steps.push(step) - 1;
  };

  function put(part: Node): void {
    switch (part.type) {
      case 'empty':
        return;
      case 'char':
        emit({ op: 'char', matches: part.matches });
        return;
      case 'assert':
        emit({ op: 'assert', what: part.what });
        return;
      case 'group':
        emit({ op: 'save', slot: part.index * 2 });
        put(part.node);
        emit({ op: 'save', slot: part.index * 2 + 1 });
        return;
      case 'sequence':
        for (const item of part.nodes) put(item);
        return;
      case 'choice':
        putChoice(part.nodes);
        return;
      case 'repeat':
        for (let count = 0; count < part.min; count += 1) put(part.node);
        if (part.max === Number.POSITIVE_INFINITY) putLoop(part.node, part.greedy);
        else putOptional(part.node, part.max - part.min, part.greedy);
    }
  }

  function putChoice(nodes: readonly Node[]): void {
    const ends: { to: number }[] = [];
    for (const [index, item] of nodes.entries()) {
      if (index === nodes.length - 1) put(item);
      else {
        const fork = split(true);
        put(item);
        ends.push(jump());
        fork.leave(steps.length);
      }
    }
    for (const end of ends) end.to = steps.length;
  }

  function putLoop(item: Node, greedy: boolean): void {
    const top = steps.length;
    const fork = split(greedy);
    put(item);
    jump().to = top;
    fork.leave(steps.length);
  }

  function putOptional(item: Node, count: number, greedy: boolean): void {
    const forks = [];
    for (let left = count; left > 0; left -= 1) {
      forks.push(split(greedy));
      put(item);
    }
    for (const fork of forks) fork.leave(steps.length);
  }

  /** Goes on with what follows, or to where `leave` says: preferring the first if `goOn`. */
  function split(goOn: boolean): { leave(to: number): void } {
    const step = { op: 'split' as const, first: 0, second: 0 };
    const next = emit(step) + 1;
    step[goOn ? 'first' : 'second'] = next;
    return {
      leave: (to) => {
        step[goOn ? 'second' : 'first'] = to;
      },
    };
  }

  function jump(): { to: number } {
    const step = { op: 'jump' as const, to: 0 };
    emit(step);
    return step;
  }

  emit({ op: 'save', slot: 0 });
  put(node);
  emit({ op: 'save', slot: 1 });
  emit({ op: 'match' });
  return steps;
}
