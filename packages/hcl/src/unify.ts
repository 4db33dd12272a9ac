import { isConvertible } from './convertible.ts';
import { anyType, listType, mapType, type ObjectType, objectType, type Type, tupleType } from './types.ts';

/** The type that values of all these types can become, or undefined if there is none. */
export function unify(types: readonly Type[]): Type | undefined {
  const known = types.filter((type) => type.kind !== 'any');
  const first = known[0];
  if (!first) return anyType;
  return structural(known) ?? mostGeneral(known);
}

/** Types of one kind may meet in a type that none of them is. */
function structural(types: readonly Type[]): Type | undefined {
  const kinds = new Set(types.map((type) => type.kind));
  if (kinds.size === 1) return sameKind(types);
  const only = (...allowed: Type['kind'][]) => [...kinds].every((kind) => allowed.includes(kind));
  if (only('map', 'object')) return wrapped(mapType, types.flatMap(elementTypes));
  if (only('list', 'tuple')) return wrapped(listType, types.flatMap(elementTypes));
  return undefined;
}

function sameKind(types: readonly Type[]): Type | undefined {
  switch (types[0]!.kind) {
    case 'object':
      return unifyObjects(types as readonly ObjectType[]);
    case 'tuple':
      return unifyTuples(types as readonly (Type & { kind: 'tuple' })[]);
    case 'list':
      return wrapped(listType, types.flatMap(elementTypes));
    case 'set':
      return wrapped((element) => ({ kind: 'set', element }), types.flatMap(elementTypes));
    case 'map':
      return wrapped(mapType, types.flatMap(elementTypes));
    default:
      return types[0];
  }
}

function elementTypes(type: Type): readonly Type[] {
  if (type.kind === 'tuple') return type.elements;
  if (type.kind === 'object') return [...type.attributes.values()];
  return type.kind === 'list' || type.kind === 'set' || type.kind === 'map' ? [type.element] : [];
}

function wrapped(wrap: (element: Type) => Type, elements: readonly Type[]): Type | undefined {
  const element = unify(elements);
  return element && wrap(element);
}

/** Objects with the same attributes stay objects, others become a map. */
function unifyObjects(types: readonly ObjectType[]): Type | undefined {
  const names = [...types[0]!.attributes.keys()];
  const alike = types.every(
    (type) => type.attributes.size === names.length && names.every((name) => type.attributes.has(name)),
  );
  if (!alike) return wrapped(mapType, types.flatMap(elementTypes));
  const attributes = new Map<string, Type>();
  for (const name of names) {
    const type = unify(types.map((object) => object.attributes.get(name)!));
    if (!type) return wrapped(mapType, types.flatMap(elementTypes));
    attributes.set(name, type);
  }
  return objectType(attributes);
}

/** Tuples of the same length stay tuples, others become a list. */
function unifyTuples(types: readonly (Type & { kind: 'tuple' })[]): Type | undefined {
  const length = types[0]!.elements.length;
  if (types.some((type) => type.elements.length !== length)) return wrapped(listType, types.flatMap(elementTypes));
  const elements: Type[] = [];
  for (let i = 0; i < length; i++) {
    const element = unify(types.map((type) => type.elements[i]!));
    if (!element) return wrapped(listType, types.flatMap(elementTypes));
    elements.push(element);
  }
  return tupleType(elements);
}

/** The one among the types that all others can become, without risk if possible. */
function mostGeneral(types: readonly Type[]): Type | undefined {
  const takesAll = (lossless: boolean) => types.find((to) => types.every((from) => isConvertible(from, to, lossless)));
  return takesAll(true) ?? takesAll(false);
}
