import { convert, isFailure } from '../convert.ts';
import { stringType } from '../types.ts';
import type { Value } from '../values.ts';
import type { Cursor } from './cursor.ts';

/** Keys of objects are texts: numbers and bools become theirs. */
export function convertToText(cursor: Cursor, key: Value): string {
  const text = convert(key, stringType);
  return isFailure(text) || text.kind !== 'string'
    ? cursor.fail('a key must be a text, a number or a bool')
    : text.value;
}
