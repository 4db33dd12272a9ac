import type { CallExpression, Expression, ObjectExpression } from './ast.ts';
import { convert, isFailure } from './convert.ts';
import { type Diagnostic, errorAt, hasErrors } from './diagnostic.ts';
import { evaluate } from './evaluate.ts';
import { suggest } from './suggest.ts';
import {
  anyType,
  boolType,
  listType,
  mapType,
  numberType,
  objectType,
  setType,
  stringType,
  type Type,
  tupleType,
} from './types.ts';
import { unevaluated } from './unevaluated.ts';
import { nullValue, type Value } from './values.ts';

const keywords = new Map<string, Type>([
  ['string', stringType],
  ['number', numberType],
  ['bool', boolType],
  ['any', anyType],
]);
const constructors = ['list', 'set', 'map', 'object', 'tuple', 'optional'];
const summary = 'Invalid type specification';

/** Reads a type constraint: `list(string)`, `object({ a = number, b = optional(bool, true) })`. */
export function parseType(expression: Expression): { type?: Type; diagnostics: Diagnostic[] } {
  const { expression: written, diagnostics } = unevaluated(expression);
  const type = written && read(written, diagnostics);
  return type ? { type, diagnostics } : { diagnostics };
}

function fail(
  diagnostics: Diagnostic[],
  { range }: Pick<Expression, 'range'>,
  detail: string,
  remedy?: string,
): undefined {
  diagnostics.push(errorAt(range, summary, detail, remedy ? { remedy } : {}));
}

function read(expression: Expression, diagnostics: Diagnostic[]): Type | undefined {
  if (expression.kind === 'parentheses') return read(expression.inner, diagnostics);
  if (expression.kind === 'call') return construct(expression, diagnostics);
  if (expression.kind !== 'reference' || expression.traversal.steps.length > 0) {
    const quoted = expression.kind === 'template' ? 'remove the quotes' : undefined;
    return fail(diagnostics, expression, 'A type is a word such as string, or a call such as list(string).', quoted);
  }
  const word = expression.traversal.root;
  const type = keywords.get(word);
  if (type) return type;
  if (word === 'list' || word === 'set' || word === 'map') {
    return fail(
      diagnostics,
      expression,
      `"${word}" needs the type of its elements.`,
      `write ${word}(string), or ${word}(any)`,
    );
  }
  return unknownWord(word, expression, diagnostics);
}

function unknownWord(word: string, place: Pick<Expression, 'range'>, diagnostics: Diagnostic[]): undefined {
  const near = suggest(word, [...keywords.keys(), ...constructors]);
  return fail(diagnostics, place, `"${word}" is not a type.`, near && `did you mean ${near}?`);
}

function construct(call: CallExpression, diagnostics: Diagnostic[]): Type | undefined {
  if (call.name === 'optional')
    return fail(diagnostics, call, 'optional(…) has its place at an attribute of object({…}).');
  if (!constructors.includes(call.name)) return unknownWord(call.name, { range: call.nameRange }, diagnostics);
  const [argument, extra] = call.args;
  if (!argument || extra || call.expand) {
    const place = argument ? (extra ?? argument) : { range: { ...call.range, start: call.nameRange.end } };
    return fail(diagnostics, place, `${call.name}(…) takes one argument.`);
  }
  switch (call.name) {
    case 'tuple':
      return tuple(argument, diagnostics);
    case 'object':
      return object(argument, diagnostics);
    default:
      return collection(call.name, argument, diagnostics);
  }
}

const collections: Record<string, (element: Type) => Type> = { list: listType, set: setType, map: mapType };

function collection(name: string, argument: Expression, diagnostics: Diagnostic[]): Type | undefined {
  const element = read(argument, diagnostics);
  return element && collections[name]!(element);
}

function tuple(argument: Expression, diagnostics: Diagnostic[]): Type | undefined {
  if (argument.kind !== 'tuple')
    return fail(diagnostics, argument, 'tuple(…) takes a list of types: tuple([string, number]).');
  const elements = argument.items.map((item) => read(item, diagnostics));
  return elements.includes(undefined) ? undefined : tupleType(elements as Type[]);
}

function object(argument: Expression, diagnostics: Diagnostic[]): Type | undefined {
  if (argument.kind !== 'object')
    return fail(diagnostics, argument, 'object(…) takes names and types: object({ a = string }).');
  const attributes = new Map<string, Type>();
  const optional = new Map<string, Value>();
  for (const item of argument.items) {
    const name = attributeName(item);
    if (name === undefined) return fail(diagnostics, item.key, 'The name of an attribute is a plain word.');
    const attribute = readAttribute(item.value, diagnostics);
    if (!attribute) continue;
    attributes.set(name, attribute.type);
    if (attribute.fallback) optional.set(name, attribute.fallback);
  }
  return hasErrors(diagnostics) ? undefined : objectType(attributes, optional);
}

function attributeName({ name, key }: ObjectExpression['items'][number]): string | undefined {
  if (name !== undefined) return name;
  const { value } = evaluate(key, { variables: new Map(), functions: new Map() });
  return value.kind === 'string' ? value.value : undefined;
}

/** A type, or `optional(type)`, or `optional(type, default)`. */
function readAttribute(
  expression: Expression,
  diagnostics: Diagnostic[],
): { type: Type; fallback?: Value } | undefined {
  if (expression.kind !== 'call' || expression.name !== 'optional') {
    const type = read(expression, diagnostics);
    return type && { type };
  }
  const [argument, fallback, extra] = expression.args;
  if (!argument || extra) return fail(diagnostics, expression, 'optional(…) takes a type and, if wanted, a default.');
  const type = read(argument, diagnostics);
  if (!type) return undefined;
  return { type, fallback: fallback ? (readDefault(fallback, type, diagnostics) ?? nullValue(type)) : nullValue(type) };
}

function readDefault(expression: Expression, type: Type, diagnostics: Diagnostic[]): Value | undefined {
  const result = evaluate(expression, { variables: new Map(), functions: new Map() });
  diagnostics.push(...result.diagnostics);
  const value = convert(result.value, type);
  if (!isFailure(value)) return value;
  return fail(diagnostics, expression, `The default does not suit the type: ${value.failure}.`);
}
