import type { ForExpression } from './ast.ts';
import { convert, isFailure } from './convert.ts';
import { hasErrors } from './diagnostic.ts';
import { type Evaluation, refuse, withArticle } from './evaluation.ts';
import { boolType, stringType } from './types.ts';
import { numberValue, objectValue, stringValue, tupleValue, unknown, type Value } from './values.ts';

/** A value of the kinds that can be gone through, as pairs; undefined for all others. */
function elementsOf(value: Value): [Value, Value][] | undefined {
  switch (value.kind) {
    case 'list':
    case 'tuple':
      return value.items.map((item, i) => [numberValue(i), item]);
    case 'set':
      return value.items.map((item) => [item, item]);
    case 'map':
    case 'object':
      return [...value.entries].map(([key, item]) => [stringValue(key), item]);
    default:
      return undefined;
  }
}

export function evaluateFor(expression: ForExpression, evaluation: Evaluation): Value {
  const { range } = expression.collection;
  const collection = evaluation.compute(expression.collection, evaluation);
  if (collection.kind === 'unknown') return unknown;
  if (collection.kind === 'null')
    return refuse(evaluation, range, 'Iteration over null value', 'A null value has no elements.');
  const elements = elementsOf(collection);
  if (!elements) {
    const detail = `${withArticle(collection)} has no elements to go through.`;
    return refuse(evaluation, range, 'Iteration over non-iterable value', detail.replace(/^a/, 'A'));
  }
  if (!conditionCanHold(expression, evaluation)) return unknown;
  return expression.key ? toObject(expression, elements, evaluation) : toTuple(expression, elements, evaluation);
}

/** The evaluation in which the variables of the "for" have the values of one element. */
function within(
  { keyName, valueName }: ForExpression,
  [key, value]: [Value, Value],
  evaluation: Evaluation,
): Evaluation {
  const variables = new Map<string, Value>();
  if (keyName !== undefined) variables.set(keyName, key);
  variables.set(valueName, value);
  return { ...evaluation, scope: { variables, functions: noFunctions, parent: evaluation.scope } };
}

const noFunctions = new Map<string, never>();

function toTuple(expression: ForExpression, elements: readonly [Value, Value][], evaluation: Evaluation): Value {
  const items: Value[] = [];
  let known = true;
  for (const element of elements) {
    const inner = within(expression, element, evaluation);
    const wanted = isWanted(expression, inner);
    if (wanted === undefined) known = false;
    else if (wanted) items.push(inner.compute(expression.value, inner));
    if (!known && hasErrors(evaluation.diagnostics)) break;
  }
  return known ? tupleValue(items) : unknown;
}

function toObject(expression: ForExpression, elements: readonly [Value, Value][], evaluation: Evaluation): Value {
  const groups = new Map<string, Value[]>();
  for (const element of elements) {
    const inner = within(expression, element, evaluation);
    const wanted = isWanted(expression, inner);
    if (wanted === undefined) return unknown;
    if (!wanted) continue;
    const key = keyOf(expression, inner);
    if (key === undefined) return unknown;
    const value = inner.compute(expression.value, inner);
    const group = groups.get(key);
    if (group && !expression.group) return duplicate(expression, key, evaluation);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return objectValue([...groups].map(([key, values]) => [key, expression.group ? tupleValue(values) : values[0]!]));
}

function isWanted({ condition }: ForExpression, evaluation: Evaluation): boolean | undefined {
  if (!condition) return true;
  const value = evaluation.compute(condition, evaluation);
  if (value.kind === 'null') {
    refuse(
      evaluation,
      condition.range,
      'Condition is null',
      'The condition of a "for" must be true or false, not null.',
    );
    return undefined;
  }
  const test = convert(value, boolType);
  if (!isFailure(test)) return test.kind === 'bool' ? test.value : undefined;
  refuse(
    evaluation,
    condition.range,
    "Invalid 'for' condition",
    `The condition must be true or false: ${test.failure}.`,
  );
  return undefined;
}

/** A condition that no element could meet without a mistake is one, also where there is no element. */
function conditionCanHold(expression: ForExpression, evaluation: Evaluation): boolean {
  const before = evaluation.diagnostics.length;
  isWanted(expression, within(expression, [unknown, unknown], evaluation));
  return !hasErrors(evaluation.diagnostics.slice(before));
}

function keyOf({ key }: ForExpression, evaluation: Evaluation): string | undefined {
  if (!key) return undefined;
  const value = evaluation.compute(key, evaluation);
  if (value.kind === 'null') {
    refuse(evaluation, key.range, 'Invalid object key', 'A key must not be null.');
    return undefined;
  }
  const text = convert(value, stringType);
  if (!isFailure(text)) return text.kind === 'string' ? text.value : undefined;
  refuse(evaluation, key.range, 'Invalid object key', `This cannot be a key: ${text.failure}.`);
  return undefined;
}

function duplicate({ key }: ForExpression, name: string, evaluation: Evaluation): Value {
  const detail = `Two elements have the key "${name}".`;
  const remedy = 'to collect the values of equal keys, write "..." behind the value';
  return refuse(evaluation, key!.range, 'Duplicate object key', detail, { remedy });
}
