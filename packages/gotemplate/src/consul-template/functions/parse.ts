import { FunctionError } from '../../errors.ts';
import type { FunctionSet } from '../../functions.ts';
import { raw, Typed } from '../../values.ts';
import { decodeJson } from '../formats/json.ts';
import { decodeYaml } from '../formats/yaml-decode.ts';

/** Texts as values. An empty text is the type's zero. */
export const parseFunctions: FunctionSet = {
  /** The truth value that a text is. */
  parseBool: text((given) => parseBool(given)),
  /** The number that a text is. */
  parseFloat: text((given) => new Typed('float64', parseFloat64(given))),
  /** The whole number that a text is. */
  parseInt: text((given) => new Typed('int64', parseInteger('parseInt', given, 64n))),
  /** The same, without a sign. */
  parseUint: text((given) => new Typed('uint64', parseUnsigned(given))),
  /** The value of a JSON text. */
  parseJSON: text((given) => (given === '' ? {} : decodeJson(given))),
  /** The value of a YAML text. */
  parseYAML: text((given) => (given === '' ? {} : decodeYaml(given))),
};

function text(call: (given: string) => unknown) {
  return { min: 1, max: 1, params: ['string'], call: (given: unknown) => call(String(raw(given))) } as const;
}

const TRUE: readonly string[] = ['1', 't', 'T', 'true', 'TRUE', 'True'];
const FALSE: readonly string[] = ['', '0', 'f', 'F', 'false', 'FALSE', 'False'];

function parseBool(given: string): boolean {
  if (TRUE.includes(given)) return true;
  if (FALSE.includes(given)) return false;
  throw invalid('parseBool', 'ParseBool', given);
}

/** A decimal number of so many bits, with its sign. */
export function parseInteger(name: string, given: string, bits: bigint): bigint {
  if (given === '') return 0n;
  if (!/^[+-]?\d+$/.test(given)) throw invalid(name, 'ParseInt', given);
  const value = BigInt(given.replace(/^\+/, ''));
  if (BigInt.asIntN(Number(bits), value) !== value) throw outOfRange(name, 'ParseInt', given);
  return value;
}

function parseUnsigned(given: string): bigint {
  if (given === '') return 0n;
  if (!/^\d+$/.test(given)) throw invalid('parseUint', 'ParseUint', given);
  const value = BigInt(given);
  if (value > 0xffff_ffff_ffff_ffffn) throw outOfRange('parseUint', 'ParseUint', given);
  return value;
}

function parseFloat64(given: string): number {
  if (given === '') return 0;
  const [, sign = '', word] = /^([+-]?)(inf|infinity|nan)$/i.exec(given) ?? [];
  if (word !== undefined) {
    return word.toLowerCase() === 'nan'
      ? Number.NaN
      : sign === '-'
        ? Number.NEGATIVE_INFINITY
        : Number.POSITIVE_INFINITY;
  }
  const hex = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/.exec(given);
  if (hex !== null) return hexFloat(hex);
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(given)) throw invalid('parseFloat', 'ParseFloat', given);
  const value = Number(given);
  if (!Number.isFinite(value)) throw outOfRange('parseFloat', 'ParseFloat', given);
  return value;
}

function hexFloat([given, sign, whole = '', fraction = '', exponent = '0']: RegExpExecArray): number {
  if (whole + fraction === '') throw invalid('parseFloat', 'ParseFloat', given);
  const value = Number.parseInt(whole + fraction, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -value : value;
}

function invalid(name: string, go: string, given: string): FunctionError {
  return new FunctionError(`${name}: strconv.${go}: parsing ${JSON.stringify(given)}: invalid syntax`);
}

function outOfRange(name: string, go: string, given: string): FunctionError {
  return new FunctionError(`${name}: strconv.${go}: parsing ${JSON.stringify(given)}: value out of range`);
}
