import { checkSize } from '../../../value-size.ts';
import { element, entries, items, kindOf, raw, structFields, Typed, typeName } from '../../../values.ts';

/** Go's `reflect.DeepEqual`: of the same type, with the same parts. */
export function deepEqual(a: unknown, b: unknown): boolean {
  checkSize(a);
  checkSize(b);
  return same(a, b);
}

function same(a: unknown, b: unknown): boolean {
  if (typeName(a) !== typeName(b)) return false;
  switch (kindOf(a)) {
    case 'list':
      return items(a).length === items(b).length && items(a).every((item, at) => same(item, items(b)[at]));
    case 'map': {
      const members = entries(a);
      return members.length === entries(b).length && members.every(([key, value]) => same(value, element(b, key)));
    }
    case 'struct': {
      const fields = structFields(a);
      const others = structFields(b);
      return fields.every(([, value], at) => same(value, others[at]?.[1]));
    }
    case 'int':
    case 'uint':
      return BigInt(raw(a) as number | bigint) === BigInt(raw(b) as number | bigint);
    default:
      return raw(a) === raw(b) || (a ?? null) === (b ?? null);
  }
}

/** Lists and maps anew, all the way down. */
export function deepCopy(value: unknown): unknown {
  checkSize(value);
  return copied(value);
}

function copied(value: unknown): unknown {
  const anew = (inner: unknown) => (value instanceof Typed ? new Typed(value.type, inner, value.methods) : inner);
  switch (kindOf(value)) {
    case 'list':
      return anew(items(value).map(copied));
    case 'map':
      return anew(
        raw(value) instanceof Map
          ? new Map(entries(value).map(([key, item]) => [key, copied(item)]))
          : Object.fromEntries(entries(value).map(([key, item]) => [String(key), copied(item)])),
      );
    default:
      return value;
  }
}
