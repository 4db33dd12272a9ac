import { FunctionError } from '../../../errors.ts';
import type { FunctionSet } from '../../../functions.ts';
import { isTrue, raw, typeName } from '../../../values.ts';
import { decodeJson, encodeJson } from '../../formats/json.ts';
import { ofValues, textOfValue } from './casts.ts';
import { deepEqual } from './same.ts';

/** What values are worth, and of what kind they are. */
export const sprigValues: FunctionSet = {
  /** The second value, or the first if that is empty. */
  default: { min: 1, max: 2, call: (otherwise, given) => (isTrue(given) ? given : otherwise) },
  /** Whether it is 0, "", false, nil, or a list or map without elements. */
  empty: ofValues(1, (value) => !isTrue(value)),
  /** The first value that is not empty. */
  coalesce: { call: (...values) => values.find(isTrue) ?? null },
  /** Whether none is empty. */
  all: { call: (...values) => values.every(isTrue) },
  /** Whether one is not empty. */
  any: { call: (...values) => values.some(isTrue) },
  /** The first value if the third is true, else the second. */
  ternary: { min: 3, max: 3, params: ['any', 'any', 'bool'], call: (yes, no, which) => (raw(which) ? yes : no) },
  /** Ends with the text as the error. */
  fail: ofValues(1, (message) => {
    throw new FunctionError(textOfValue(message));
  }),
  /** As JSON. */
  toJson: ofValues(1, (value) => orEmpty(() => encodeJson(value))),
  /** As JSON, one item a line. */
  toPrettyJson: ofValues(1, (value) => orEmpty(() => encodeJson(value, { indent: '  ' }))),
  /** As JSON, with <, > and & as they are. */
  toRawJson: ofValues(1, (value) => orEmpty(() => encodeJson(value, { forHtml: false }))),
  /** The value of a JSON text, or nil. */
  fromJson: ofValues(1, (text) => orEmpty(() => decodeJson(textOfValue(text)), null)),
  /** As JSON; a mistake is an error. */
  mustToJson: ofValues(1, (value) => encodeJson(value)),
  /** The same, one item a line. */
  mustToPrettyJson: ofValues(1, (value) => encodeJson(value, { indent: '  ' })),
  /** The same, with <, > and & as they are. */
  mustToRawJson: ofValues(1, (value) => encodeJson(value, { forHtml: false })),
  /** The value of a JSON text; a mistake is an error. */
  mustFromJson: ofValues(1, (text) => decodeJson(textOfValue(text))),
  /** Its type in Go. */
  typeOf: ofValues(1, typeName),
  /** Whether it is of the type. */
  typeIs: ofValues(2, (type, value) => textOfValue(type) === typeName(value)),
  /** The same, also for a pointer to one. */
  typeIsLike: ofValues(2, (type, value) => [textOfValue(type), `*${textOfValue(type)}`].includes(typeName(value))),
  /** What it is beneath its type: string, int, slice, map and so on. */
  kindOf: ofValues(1, goKind),
  /** Whether it is of the kind. */
  kindIs: ofValues(2, (kind, value) => textOfValue(kind) === goKind(value)),
  /** Whether both are the same, with all that is in them. */
  deepEqual: ofValues(2, deepEqual),
};

function orEmpty<T>(make: () => T, otherwise: T | '' = ''): T | '' {
  try {
    return make();
  } catch (error) {
    if (error instanceof FunctionError) return otherwise;
    throw error;
  }
}

function goKind(value: unknown): string {
  const type = typeName(value);
  if (type === '<nil>') return 'invalid';
  if (type.startsWith('[]')) return 'slice';
  if (type.startsWith('map[')) return 'map';
  if (type.startsWith('*')) return 'ptr';
  if (type.startsWith('<-chan')) return 'chan';
  return type.includes('.') ? 'struct' : type;
}
