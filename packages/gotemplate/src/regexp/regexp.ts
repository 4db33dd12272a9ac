import { findMatch, type Slots } from './machine.ts';
import { parsePattern } from './parse.ts';
import { assemble } from './program.ts';

/** A pattern of Go's `regexp`, whose time does not explode: it is bounded by pattern times text. */
export type Regexp = {
  /** Whether it matches anywhere in the text. */
  test(text: string): boolean;
  /** Every match replaced; `$1`, `${name}` stand for groups, `$$` for a dollar, as in Go's `Expand`. */
  replaceAll(text: string, template: string): string;
};

/** @throws RegexpError */
export function compileRegexp(source: string): Regexp {
  const { node, names } = parsePattern(source);
  const program = assemble(node, source);
  const slotCount = (names.length + 1) * 2;
  return {
    test: (text) => findMatch(program, codesOf(text), 0, slotCount) !== undefined,
    replaceAll(text, template) {
      const codes = codesOf(text);
      const parts: string[] = [];
      let done = 0;
      for (const slots of matches(codes)) {
        const [start = 0, end = 0] = slots;
        parts.push(textOf(codes, done, start), expand(template, slots, names, codes));
        done = end;
      }
      return parts.concat(textOf(codes, done, codes.length)).join('');
    },
  };

  /** One after another; an empty match right behind the last one does not count. */
  function* matches(codes: readonly number[]): Generator<Slots> {
    let last = -1;
    for (let from = 0; from <= codes.length; ) {
      const slots = findMatch(program, codes, from, slotCount);
      if (slots === undefined) return;
      const [start = 0, end = 0] = slots;
      if (end > start || start !== last) yield slots;
      last = end;
      from = end > start ? end : end + 1;
    }
  }
}

function codesOf(text: string): number[] {
  return Array.from(text, (char) => char.codePointAt(0) ?? 0);
}

function textOf(codes: readonly number[], from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at += 1) text += String.fromCodePoint(codes[at] ?? 0);
  return text;
}

/** A name is as long as it can be: `$1x` is the group "1x". */
function expand(
  template: string,
  slots: Slots,
  names: readonly (string | undefined)[],
  codes: readonly number[],
): string {
  return template.replace(/\$(?:\$|\{([^{}]*)\}|([\p{L}\p{Nd}_]+))/gu, (found, braced?: string, bare?: string) => {
    if (found === '$$') return '$';
    const name = braced ?? bare ?? '';
    const group = /^\d+$/.test(name) ? Number(name) : names.lastIndexOf(name) + 1;
    if (group === 0 && name !== '0') return '';
    const start = slots[group * 2] ?? -1;
    return start < 0 ? '' : textOf(codes, start, slots[group * 2 + 1] ?? start);
  });
}
