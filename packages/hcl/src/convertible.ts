import { isPrimitive, type ObjectType, sameType, type Type } from './types.ts';

/** Whether every value of a type can become another; strings may hold something else than numbers, but may be tried. */
export function isConvertible(from: Type, to: Type, lossless: boolean): boolean {
  if (from.kind === 'any' || to.kind === 'any' || sameType(from, to)) return true;
  if (isPrimitive(from) && isPrimitive(to)) return to.kind === 'string' || (!lossless && from.kind === 'string');
  switch (to.kind) {
    case 'list':
    case 'set':
      if (from.kind === 'tuple') return from.elements.every((element) => isConvertible(element, to.element, lossless));
      if (from.kind !== 'list' && from.kind !== 'set') return false;
      return isConvertible(from.element, to.element, lossless);
    case 'map':
      if (from.kind === 'object')
        return [...from.attributes.values()].every((t) => isConvertible(t, to.element, lossless));
      return from.kind === 'map' && isConvertible(from.element, to.element, lossless);
    case 'tuple':
      if (from.kind !== 'tuple' || from.elements.length !== to.elements.length) return false;
      return from.elements.every((element, i) => isConvertible(element, to.elements[i]!, lossless));
    case 'object':
      return isConvertibleToObject(from, to, lossless);
    default:
      return false;
  }
}

function isConvertibleToObject(from: Type, to: ObjectType, lossless: boolean): boolean {
  if (from.kind === 'map') {
    return !lossless && [...to.attributes.values()].every((type) => isConvertible(from.element, type, lossless));
  }
  if (from.kind !== 'object') return false;
  return [...to.attributes].every(([name, type]) => {
    const own = from.attributes.get(name);
    return own ? isConvertible(own, type, lossless) : to.optional?.has(name);
  });
}
