import { infinity, parseNumber } from '../big-float.ts';
import { FunctionError } from '../functions/function.ts';
import { falseValue, numberValue, stringValue, trueValue, untypedNull, type Value } from '../values.ts';

const truths = new Set('y Y yes Yes YES true True TRUE on On ON'.split(' '));
const untruths = new Set('n N no No NO false False FALSE off Off OFF'.split(' '));
const nulls = new Set(['', '~', 'null', 'Null', 'NULL']);
const date =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d+))?[ \t]*(Z|[+-]\d\d?(?::?\d\d)?)?)?$/;

/** What text without quotes means, by the rules of YAML 1.1. */
export function resolvePlain(text: string): Value {
  if (nulls.has(text)) return untypedNull;
  if (truths.has(text)) return trueValue;
  if (untruths.has(text)) return falseValue;
  return numberOf(text) ?? timestampOf(text) ?? stringValue(text);
}

function numberOf(text: string): Value | undefined {
  const plain = text.replaceAll('_', '');
  if (/^[+-]?\.(?:inf|Inf|INF)$/.test(text)) return numberValue(infinity(text.startsWith('-')));
  const [, sign, radix] = /^([+-]?)(0b[01]+|0o[0-7]+|0x[0-9A-Fa-f]+|0[0-7]+)$/.exec(plain) ?? [];
  if (radix !== undefined) return integer(sign === '-', radix);
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(plain)) return undefined;
  const number = parseNumber(plain.replace(/\.(?=$|[eE])/, ''));
  return number && numberValue(number);
}

function integer(negative: boolean, digits: string): Value {
  const magnitude = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return numberValue(negative ? -magnitude : magnitude);
}

/** In RFC 3339's form; a date alone is midnight. */
function timestampOf(text: string): Value | undefined {
  const match = date.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction, zone] = match;
  const two = (n: string) => n.padStart(2, '0');
  const part = fraction === undefined ? '' : `.${fraction.replace(/0+$/, '')}`.replace(/\.$/, '');
  return stringValue(`${year}-${two(month!)}-${two(day!)}T${two(hour)}:${minute}:${second}${part}${zoneOf(zone)}`);
}

function zoneOf(zone: string | undefined): string {
  const [, sign, hours, minutes = '00'] = /^([+-])(\d\d?)(?::?(\d\d))?$/.exec(zone ?? '') ?? [];
  return sign === undefined ? 'Z' : `${sign}${hours!.padStart(2, '0')}:${minutes}`;
}

/** What a tag makes of a text. */
export function resolveTagged(text: string, tag: string): Value {
  switch (tag.replace(/^!<tag:yaml\.org,2002:(.*)>$/, '!!$1')) {
    case '!':
    case '!!str':
    case '!!binary':
      return stringValue(text);
    case '!!int':
    case '!!float':
      return numberOf(text) ?? refuse(text, 'number');
    case '!!bool':
      return truths.has(text) ? trueValue : untruths.has(text) ? falseValue : refuse(text, 'bool');
    case '!!null':
      return nulls.has(text) ? untypedNull : refuse(text, 'null');
    case '!!timestamp':
      return timestampOf(text) ?? refuse(text, 'timestamp');
    default:
      throw new FunctionError(`unsupported tag "${tag}"`);
  }
}

function refuse(text: string, what: string): never {
  throw new FunctionError(`"${text}" is not a ${what}`);
}
