import { FunctionError } from '../../../errors.ts';
import type { FunctionSet } from '../../../functions.ts';
import { element, Method, Typed } from '../../../values.ts';
import { ofTexts } from '../of-texts.ts';
import { textOfValue } from './casts.ts';

/** Versions by https://semver.org, and ranges of them. */
export const sprigSemver: FunctionSet = {
  /** A version with Major, Minor, Patch, Prerelease, Metadata, Original, and Compare. */
  semver: ofTexts(1, (text) => versionValue(versionOf(text))),
  /** Whether the second text is a version within the range that the first one is. */
  semverCompare: ofTexts(2, (range, text) => isWithin(versionOf(text), range)),
};

type Version = {
  readonly numbers: readonly [number, number, number];
  readonly prerelease: string;
  readonly metadata: string;
  readonly original: string;
};

const NUMBER = '(0|[1-9]\\d{0,14})';
const VERSION = new RegExp(`^v?${NUMBER}(?:\\.${NUMBER})?(?:\\.${NUMBER})?(?:-([\\w.-]+))?(?:\\+([\\w.-]+))?$`);

function versionOf(text: string): Version {
  const [found, major = 0, minor = 0, patch = 0, prerelease = '', metadata = ''] = VERSION.exec(text) ?? [];
  if (found === undefined) throw new FunctionError(`Invalid Semantic Version: ${JSON.stringify(text)}`);
  return { numbers: [Number(major), Number(minor), Number(patch)], prerelease, metadata, original: text };
}

function versionValue(version: Version): Typed {
  const [Major, Minor, Patch] = version.numbers;
  const fields = { Major, Minor, Patch, Prerelease: version.prerelease, Metadata: version.metadata };
  const compareWith = (other: unknown) => compare(version, versionOf(textOfValue(element(other, 'Original'))));
  return new Typed(
    '*semver.Version',
    { ...fields, Original: version.original },
    {
      Compare: () => new Method({ min: 1, max: 1, call: compareWith }),
      String: () =>
        new Method({
          max: 0,
          call: () => `${version.numbers.join('.')}${suffix('-', version.prerelease)}${suffix('+', version.metadata)}`,
        }),
    },
  );
}

function suffix(sign: string, text: string): string {
  return text === '' ? '' : sign + text;
}

/** -1, 0 or 1; metadata does not count. */
function compare(a: Version, b: Version): number {
  for (const [at, number] of a.numbers.entries()) {
    const other = b.numbers[at] ?? 0;
    if (number !== other) return number < other ? -1 : 1;
  }
  if (a.prerelease === b.prerelease) return 0;
  if (a.prerelease === '' || b.prerelease === '') return a.prerelease === '' ? 1 : -1;
  return comparePrerelease(a.prerelease.split('.'), b.prerelease.split('.'));
}

function comparePrerelease(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const [left, right] = [a[at], b[at]];
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
    if (left === right) continue;
    const [isNumber, isOther] = [/^\d+$/.test(left), /^\d+$/.test(right)];
    if (isNumber && isOther) return Number(left) < Number(right) ? -1 : 1;
    if (isNumber !== isOther) return isNumber ? -1 : 1;
    return left < right ? -1 : 1;
  }
  return 0;
}

/** `>= 1.2, < 3 || ^4.1`: one of the alternatives, all of its parts. */
function isWithin(version: Version, range: string): boolean {
  return range.split('||').some((alternative) => alternativeOf(alternative).every((test) => test(version)));
}

type Test = (version: Version) => boolean;
const OPERAND = '[vV]?[\\dxX*][\\w.*+-]*';
const PART = new RegExp(`\\s*(=|==|!=|>=|=>|<=|=<|>|<|~>|~|\\^)?\\s*(${OPERAND})\\s*,?`, 'y');
const HYPHEN = new RegExp(`(${OPERAND})\\s+-\\s+(${OPERAND})`, 'g');

function alternativeOf(text: string): Test[] {
  const plain = text.replace(HYPHEN, '>= $1, <= $2').trim();
  const tests: Test[] = [];
  PART.lastIndex = 0;
  while (PART.lastIndex < plain.length) {
    const found = PART.exec(plain);
    if (found === null) throw new FunctionError(`improper constraint: ${text.trim()}`);
    tests.push(testOf(found[1] ?? '', found[2] ?? ''));
  }
  if (tests.length === 0) throw new FunctionError(`improper constraint: ${text.trim()}`);
  return tests;
}

/** What a bound leaves open (`1.2`, `1.x`) is any. */
function testOf(operator: string, bound: string): Test {
  const [core = '', prerelease] = bound.replace(/^[vV]/, '').split(/-(.*)/s);
  const given = core.split('.').filter((part) => part !== '' && !/^[xX*]$/.test(part));
  const firstOpen = core.split('.').findIndex((part) => /^[xX*]$/.test(part));
  const known = firstOpen < 0 ? given.length : firstOpen;
  const numbers = [0, 1, 2].map((at) => (at < known ? Number(given[at]) : 0));
  if (known > 3 || numbers.some((number) => !Number.isSafeInteger(number)))
    throw new FunctionError(`improper constraint: ${operator}${bound}`);
  const low = { numbers: numbers as never, prerelease: prerelease ?? '', metadata: '', original: bound };
  // The first version that is no longer of `major`, `major.minor` or the version itself.
  const above = (place: number): Version => ({
    ...low,
    prerelease: '',
    numbers: numbers.map((number, at) => (at < place ? number : at === place ? number + 1 : 0)) as never,
  });
  const from: Test = (version) => compare(version, low) >= 0;
  const below =
    (end: Version): Test =>
    (version) =>
      compare(version, end) < 0;
  const block = known === 0 ? () => true : below(above(Math.min(known, 3) - 1));
  const isOpen = known < 3;
  const test = ((): Test => {
    switch (operator) {
      case '!=':
        return (version) => !(isOpen ? from(version) && block(version) : compare(version, low) === 0);
      case '>':
        return (version) => (isOpen ? known > 0 && !block(version) && from(version) : compare(version, low) > 0);
      case '<':
        return below(low);
      case '>=':
      case '=>':
        return from;
      case '<=':
      case '=<':
        return isOpen ? block : (version) => compare(version, low) <= 0;
      case '~':
      case '~>':
        return both(from, known === 0 ? block : below(above(Math.min(known, 2) - 1)));
      case '^': {
        const first = numbers.slice(0, known).findIndex((number) => number > 0);
        return both(from, known === 0 ? block : below(above(first < 0 ? known - 1 : first)));
      }
      default:
        return isOpen ? both(from, block) : (version) => compare(version, low) === 0;
    }
  })();
  // What is not released is only meant by whoever names such a version.
  return (version) => (version.prerelease === '' || low.prerelease !== '') && test(version);
}

function both(a: Test, b: Test): Test {
  return (version) => a(version) && b(version);
}
