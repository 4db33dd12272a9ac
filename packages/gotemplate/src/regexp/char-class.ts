import type { CharTest } from './nodes.ts';

/** Ranges of code points, both ends included. */
type Range = readonly [from: number, to: number];

const DIGIT: readonly Range[] = [[0x30, 0x39]];
const SPACE: readonly Range[] = [
  [0x09, 0x0a],
  [0x0c, 0x0d],
  [0x20, 0x20],
];
const UPPER: Range = [0x41, 0x5a];
const LOWER: Range = [0x61, 0x7a];
const WORD: readonly Range[] = [...DIGIT, UPPER, [0x5f, 0x5f], LOWER];

const PERL: Readonly<Record<string, readonly Range[]>> = { d: DIGIT, s: SPACE, w: WORD };

const POSIX: Readonly<Record<string, readonly Range[]>> = {
  alnum: [...DIGIT, UPPER, LOWER],
  alpha: [UPPER, LOWER],
  ascii: [[0, 0x7f]],
  blank: [
    [0x09, 0x09],
    [0x20, 0x20],
  ],
  cntrl: [
    [0, 0x1f],
    [0x7f, 0x7f],
  ],
  digit: DIGIT,
  graph: [[0x21, 0x7e]],
  lower: [LOWER],
  print: [[0x20, 0x7e]],
  punct: [
    [0x21, 0x2f],
    [0x3a, 0x40],
    [0x5b, 0x60],
    [0x7b, 0x7e],
  ],
  space: [
    [0x09, 0x0d],
    [0x20, 0x20],
  ],
  upper: [UPPER],
  word: WORD,
  xdigit: [...DIGIT, [0x41, 0x46], [0x61, 0x66]],
};

/** `\d`, `\S` and their like; undefined for another letter. */
export function perlClass(letter: string): CharTest | undefined {
  const ranges = PERL[letter.toLowerCase()];
  if (ranges === undefined) return undefined;
  return letter === letter.toLowerCase() ? within(ranges) : not(within(ranges));
}

/** `[:alpha:]`, `[:^alpha:]` by its name; undefined for an unknown one. */
export function posixClass(name: string): CharTest | undefined {
  const negated = name.startsWith('^');
  const ranges = POSIX[negated ? name.slice(1) : name];
  if (ranges === undefined) return undefined;
  return negated ? not(within(ranges)) : within(ranges);
}

/** `\p{Greek}`, `\pL`: a category or a script; undefined for an unknown one. */
export function unicodeClass(name: string): CharTest | undefined {
  if (name === 'Any') return () => true;
  const property = name.length <= 2 ? name : `Script=${name}`;
  try {
    const expression = new RegExp(`^\\p{${property}}$`, 'u');
    return (code) => expression.test(String.fromCodePoint(code));
  } catch {
    // JavaScript knows the same names; what it does not know does not exist.
    return undefined;
  }
}

export function within(ranges: readonly Range[]): CharTest {
  return (code) => ranges.some(([from, to]) => code >= from && code <= to);
}

export function not(test: CharTest): CharTest {
  return (code) => !test(code);
}

/** A test that takes upper and lower case as the same. */
export function foldCase(test: CharTest): CharTest {
  return (code) => test(code) || variants(code).some(test);
}

function variants(code: number): number[] {
  const char = String.fromCodePoint(code);
  // The two letters that have a third form: the Kelvin sign and the long s.
  const extra = char === 'k' || char === 'K' ? [0x212a] : char === 's' || char === 'S' ? [0x17f] : [];
  return [char.toLowerCase(), char.toUpperCase()]
    .filter((variant) => [...variant].length === 1)
    .map((variant) => variant.codePointAt(0) ?? code)
    .concat(extra);
}
