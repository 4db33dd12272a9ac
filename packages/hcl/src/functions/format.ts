import { isWhole, toBigInt } from '../big-float.ts';
import { convert, isFailure } from '../convert.ts';
import { graphemes } from '../graphemes.ts';
import { anyType, boolType, numberType, stringType, type Type } from '../types.ts';
import { listValue, stringValue, type Value } from '../values.ts';
import { checkLength, defineVariadic, isSequence, itemsOf, numberOf, text, textOf } from './arguments.ts';
import { formatFloat, signOf } from './format-number.ts';
import { FunctionError, type HclFunction, type Param } from './function.ts';
import { encodeJson } from './json-text.ts';

/** One `%` sequence. Flags are those of the documentation, and `#` for prefixes. */
type Verb = {
  letter: string;
  flags: string;
  width: number;
  precision: number | undefined;
  argument: number | undefined;
  source: string;
};

const verbPattern = /%([ +\-0#]*)(\d+)?(?:\.(\d*))?(?:\[(\d+)\])?(.?)/gsu;
const MAX_WIDTH = 100_000;

/** Fills the verbs of a specification from the arguments; `first` is the place of the first one in the call, where they are the call's own. */
function formatText(spec: string, args: readonly Value[], first?: number): string {
  let next = 0;
  let used = 0;
  let made = spec.length;
  const result = spec.replace(verbPattern, (...match) => {
    const verb = readVerb(match);
    if (verb.letter === '%') return '%';
    const index = verb.argument === undefined ? next : verb.argument - 1;
    next = index + 1;
    used = Math.max(used, next);
    const value = args[index];
    if (!value) throw new FunctionError(`there is no argument ${index + 1} for ${verb.source}`);
    const shown = pad(formatValue(verb, value, index), verb);
    made += shown.length;
    checkLength(made);
    return shown;
  });
  if (used < args.length) {
    throw new FunctionError(
      `the specification uses ${used === 0 ? 'no argument' : `${used} of ${args.length} arguments`}`,
      first === undefined ? undefined : used + first,
    );
  }
  return result;
}

function readVerb([source, flags, width, precision, argument, letter]: string[]): Verb {
  const size = Number(width ?? 0);
  const places = precision === undefined ? undefined : Number(precision);
  if (size > MAX_WIDTH || (places ?? 0) > MAX_WIDTH) throw new FunctionError(`${source} asks for too many characters`);
  if (!letter) throw new FunctionError(`"${source}" is not complete`);
  if (argument === '0') throw new FunctionError(`arguments are counted from 1 in ${source}`);
  return {
    source: source!,
    flags: flags ?? '',
    width: size,
    precision: places,
    argument: argument === undefined ? undefined : Number(argument),
    letter,
  };
}

function formatValue(verb: Verb, value: Value, index: number): string {
  if (value.kind === 'null' && verb.letter !== 'v')
    throw new FunctionError(`argument ${index + 1} is null, which ${verb.source} cannot show`);
  const as = (type: Type) => toType(verb, value, type, index);
  switch (verb.letter) {
    case 'v':
      return formatDefault(verb, value, index);
    case 't':
      return String((as(boolType) as { value: boolean }).value);
    case 'b':
    case 'd':
    case 'o':
    case 'x':
    case 'X':
      return formatInteger(verb, as(numberType), index);
    case 'e':
    case 'E':
    case 'f':
    case 'g':
    case 'G':
      return formatFloat(numberOf(as(numberType)), verb.letter, verb.precision, verb.flags);
    case 's':
      return cut(textOf(as(stringType)), verb);
    case 'q':
      return encodeJson(stringValue(cut(textOf(as(stringType)), verb)));
    default:
      throw new FunctionError(`there is no verb ${verb.source}`);
  }
}

function toType(verb: Verb, value: Value, type: Type, index: number): Value {
  const result = convert(value, type);
  if (isFailure(result))
    throw new FunctionError(`argument ${index + 1} does not suit ${verb.source}: ${result.failure}`);
  return result;
}

function formatDefault(verb: Verb, value: Value, index: number): string {
  if (verb.flags.includes('#')) return encodeJson(value);
  const letters: Partial<Record<Value['kind'], string>> = { string: 's', number: 'g', bool: 't' };
  const letter = letters[value.kind];
  // The default form is whole: a precision does not cut it.
  return letter ? formatValue({ ...verb, letter, precision: undefined }, value, index) : encodeJson(value);
}

const radixes: Record<string, { radix: number; prefix: string }> = {
  b: { radix: 2, prefix: '0b' },
  d: { radix: 10, prefix: '' },
  o: { radix: 8, prefix: '0' },
  x: { radix: 16, prefix: '0x' },
  X: { radix: 16, prefix: '0X' },
};

function formatInteger({ letter, flags, source, precision }: Verb, value: Value, index: number): string {
  const n = numberOf(value);
  if (!isWhole(n)) throw new FunctionError(`argument ${index + 1} is not a whole number, as ${source} needs`);
  const { radix, prefix } = radixes[letter]!;
  const whole = toBigInt(n)!;
  const digits = (whole < 0n ? -whole : whole).toString(radix).padStart(precision ?? 0, '0');
  const shown = letter === 'X' ? digits.toUpperCase() : digits;
  return signOf(whole < 0n, flags) + (flags.includes('#') ? prefix : '') + shown;
}

function cut(source: string, { precision }: Verb): string {
  return precision === undefined ? source : graphemes(source).slice(0, precision).join('');
}

/** To the width; zeros go between the sign and the digits. */
function pad(shown: string, { width, flags, letter }: Verb): string {
  const missing = width - (width > 0 ? graphemes(shown).length : 0);
  if (missing <= 0) return shown;
  if (flags.includes('-')) return shown + ' '.repeat(missing);
  if (!flags.includes('0') || !/^[+\- ]?\d/.test(shown) || 'sqt'.includes(letter)) return ' '.repeat(missing) + shown;
  const [, sign, digits] = /^([+\- ]?)(.*)$/s.exec(shown)!;
  return sign + '0'.repeat(missing) + digits;
}

const values: Param = { name: 'args', type: anyType, allowNull: true };

/** A specification with its verbs filled from the values. */
const format = defineVariadic([text('format')], values, ([spec], args) =>
  stringValue(formatText(textOf(spec), args, 1)),
);

/** Lists are gone through side by side; everything else is the same each time. */
const formatlist = defineVariadic([text('format')], values, ([spec], args) => {
  const count = rowCount(args);
  const rows = Array.from({ length: count }, (_, row) =>
    args.map((arg) => (isSequence(arg) ? itemsOf(arg)[row]! : arg)),
  );
  return listValue(
    stringType,
    rows.map((row) => stringValue(formatText(textOf(spec), row))),
  );
});

function rowCount(args: readonly Value[]): number {
  const first = args.findIndex(isSequence);
  if (first < 0) return 1;
  const count = itemsOf(args[first]).length;
  const other = args.findIndex((arg) => isSequence(arg) && itemsOf(arg).length !== count);
  if (other < 0) return count;
  throw new FunctionError(
    `list ${other + 1} has ${itemsOf(args[other]).length} elements, but list ${first + 1} has ${count}`,
    other + 1,
  );
}

export const formatFunctions: Readonly<Record<string, HclFunction>> = { format, formatlist };
