import type { Value } from './values.ts';

/**
 * Types as in type constraints. `any` stands for a type that is not known (yet).
 * `optional` of an object type names the attributes that may be missing, with the value that then takes their place.
 */
export type Type =
  | { readonly kind: 'string' | 'number' | 'bool' | 'any' }
  | { readonly kind: 'list' | 'set' | 'map'; readonly element: Type }
  | { readonly kind: 'tuple'; readonly elements: readonly Type[] }
  | ObjectType;

export type ObjectType = {
  readonly kind: 'object';
  readonly attributes: ReadonlyMap<string, Type>;
  readonly optional?: ReadonlyMap<string, Value>;
};

export const stringType: Type = Object.freeze({ kind: 'string' });
export const numberType: Type = Object.freeze({ kind: 'number' });
export const boolType: Type = Object.freeze({ kind: 'bool' });
export const anyType: Type = Object.freeze({ kind: 'any' });

export function listType(element: Type): Type {
  return Object.freeze({ kind: 'list', element });
}

export function setType(element: Type): Type {
  return Object.freeze({ kind: 'set', element });
}

export function mapType(element: Type): Type {
  return Object.freeze({ kind: 'map', element });
}

export function tupleType(elements: readonly Type[]): Type {
  return Object.freeze({ kind: 'tuple', elements });
}

export function objectType(attributes: ReadonlyMap<string, Type>, optional?: ReadonlyMap<string, Value>): ObjectType {
  return Object.freeze({ kind: 'object', attributes, ...(optional && optional.size > 0 ? { optional } : {}) });
}

export function isPrimitive(type: Type): boolean {
  return type.kind === 'string' || type.kind === 'number' || type.kind === 'bool';
}

export function sameType(a: Type, b: Type): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case 'list':
    case 'set':
    case 'map':
      return a.kind === b.kind && sameType(a.element, b.element);
    case 'tuple':
      return b.kind === 'tuple' && sameElements(a.elements, b.elements);
    case 'object':
      return b.kind === 'object' && sameAttributes(a.attributes, b.attributes);
    default:
      return a.kind === b.kind;
  }
}

function sameElements(a: readonly Type[], b: readonly Type[]): boolean {
  return a.length === b.length && a.every((type, i) => sameType(type, b[i]!));
}

function sameAttributes(a: ReadonlyMap<string, Type>, b: ReadonlyMap<string, Type>): boolean {
  if (a.size !== b.size) return false;
  for (const [name, type] of a) {
    const other = b.get(name);
    if (!other || !sameType(type, other)) return false;
  }
  return true;
}

/** Whether `any` occurs somewhere inside. */
export function hasAny(type: Type): boolean {
  switch (type.kind) {
    case 'any':
      return true;
    case 'list':
    case 'set':
    case 'map':
      return hasAny(type.element);
    case 'tuple':
      return type.elements.some(hasAny);
    case 'object':
      return [...type.attributes.values()].some(hasAny);
    default:
      return false;
  }
}

const identifier = /^[\p{ID_Start}_][\p{ID_Continue}-]*$/u;

/** In the notation of type constraints: `tuple([number,string])`, `object({a=bool})`. */
export function typeToString(type: Type): string {
  switch (type.kind) {
    case 'list':
    case 'set':
    case 'map':
      return `${type.kind}(${typeToString(type.element)})`;
    case 'tuple':
      return `tuple([${type.elements.map(typeToString).join(',')}])`;
    case 'object':
      return `object({${[...type.attributes].map((entry) => attributeToString(type, entry)).join(',')}})`;
    default:
      return type.kind;
  }
}

function attributeToString(object: ObjectType, [name, type]: [string, Type]): string {
  const key = identifier.test(name) ? name : JSON.stringify(name);
  const text = typeToString(type);
  return `${key}=${object.optional?.has(name) ? `optional(${text})` : text}`;
}
