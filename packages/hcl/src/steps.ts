import type { AttributeStep, IndexStep, SplatStep, Step } from './ast.ts';
import { isWhole, numberToText, toBigInt } from './big-float.ts';
import { convert, isFailure } from './convert.ts';
import { type Evaluation, refuse, withArticle } from './evaluation.ts';
import type { Range } from './position.ts';
import { suggest } from './suggest.ts';
import { anyType, numberType, stringType, type Type } from './types.ts';
import { unify } from './unify.ts';
import { listValue, tupleValue, typeOf, unknown, unknownValue, type Value } from './values.ts';

/** Follows the steps from `value`, which `range` shows in the source. */
export function applySteps(value: Value, steps: readonly Step[], range: Range, evaluation: Evaluation): Value {
  let current = value;
  for (const step of steps) {
    if (step.kind === 'attribute') current = attribute(current, step, evaluation);
    else if (step.kind === 'index') current = index(current, step, evaluation);
    else current = splat(current, step, range, evaluation);
  }
  return current;
}

function attribute(value: Value, { name, range }: AttributeStep, evaluation: Evaluation): Value {
  switch (value.kind) {
    case 'unknown':
      return unknownAttribute(value.type, name);
    case 'null':
      return refuse(
        evaluation,
        range,
        'Attempt to get attribute from null value',
        'This value is null, so it has no attributes.',
      );
    case 'object':
    case 'map':
      return value.entries.get(name) ?? noAttribute(value, name, range, evaluation);
    default: {
      const sequence = value.kind === 'list' || value.kind === 'tuple' || value.kind === 'set';
      const remedy = sequence ? { remedy: `for one element write [0].${name}, for all of them [*].${name}` } : {};
      const detail = `This value is ${withArticle(value)}, which has no attributes.`;
      return refuse(evaluation, range, 'Unsupported attribute', detail, remedy);
    }
  }
}

function unknownAttribute(type: Type, name: string): Value {
  if (type.kind === 'object') return unknownValue(type.attributes.get(name) ?? anyType);
  return unknownValue(type.kind === 'map' ? type.element : anyType);
}

function noAttribute(
  value: Value & { kind: 'object' | 'map' },
  name: string,
  range: Range,
  evaluation: Evaluation,
): Value {
  const near = suggest(name, value.entries.keys());
  const more = near ? { remedy: `did you mean ${near}?` } : whatThereIs([...value.entries.keys()]);
  if (value.kind === 'map')
    return refuse(evaluation, range, 'Missing map element', `This map has no element "${name}".`, more);
  return refuse(evaluation, range, 'Unsupported attribute', `This object has no attribute named "${name}".`, more);
}

function whatThereIs(names: readonly string[]): { remedy?: string } {
  return names.length === 0 || names.length > 8
    ? {}
    : { remedy: `there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}` };
}

function index(value: Value, { key, range }: IndexStep, evaluation: Evaluation): Value {
  const wanted = evaluation.compute(key, evaluation);
  if (value.kind === 'null') {
    return refuse(evaluation, range, 'Attempt to index null value', 'This value is null, so it has no elements.');
  }
  if (wanted.kind === 'null') return refuse(evaluation, range, 'Invalid index', 'The key is null.');
  if (value.kind === 'unknown' || wanted.kind === 'unknown') return unknown;
  switch (value.kind) {
    case 'list':
    case 'tuple':
      return elementAt(value.items, wanted, range, evaluation);
    case 'map':
    case 'object':
      return entryAt(value, wanted, range, evaluation);
    default: {
      const remedy = value.kind === 'set' ? { remedy: 'a set has no order; go through it with a for expression' } : {};
      return refuse(
        evaluation,
        range,
        'Invalid index',
        `This value is ${withArticle(value)}, which has no elements to pick.`,
        remedy,
      );
    }
  }
}

function elementAt(items: readonly Value[], key: Value, range: Range, evaluation: Evaluation): Value {
  const number = convert(key, numberType);
  if (isFailure(number))
    return refuse(evaluation, range, 'Invalid index', `The key of a list is a number: ${number.failure}.`);
  if (number.kind !== 'number') return unknown;
  const at = isWhole(number.value) ? Number(toBigInt(number.value)) : Number.NaN;
  const found = items[at];
  if (found) return found;
  const size = items.length === 0 ? 'it is empty' : `its ${items.length} elements are numbered from 0`;
  return refuse(evaluation, range, 'Invalid index', `The list has no element ${numberToText(number.value)}: ${size}.`);
}

function entryAt(value: Value & { kind: 'map' | 'object' }, key: Value, range: Range, evaluation: Evaluation): Value {
  const name = convert(key, stringType);
  if (isFailure(name)) return refuse(evaluation, range, 'Invalid index', `The key must be a text: ${name.failure}.`);
  if (name.kind !== 'string') return unknown;
  const found = value.entries.get(name.value);
  if (found) return found;
  const near = suggest(name.value, value.entries.keys());
  const detail = `There is no element with the key ${JSON.stringify(name.value)}.`;
  return refuse(
    evaluation,
    range,
    'Invalid index',
    detail,
    near ? { remedy: `did you mean ${JSON.stringify(near)}?` } : {},
  );
}

/** Goes on with each element. What is no sequence counts as a sequence of itself, or as an empty one if it is null. */
function splat(value: Value, { steps }: SplatStep, range: Range, evaluation: Evaluation): Value {
  if (value.kind === 'unknown') return unknown;
  if (value.kind === 'null') {
    if (!isSequence(value.type)) return tupleValue([]);
    return refuse(evaluation, range, 'Splat of null value', 'This value is null, so it has no elements.');
  }
  if (value.kind === 'tuple') return tupleValue(value.items.map((item) => applySteps(item, steps, range, evaluation)));
  if (value.kind !== 'list' && value.kind !== 'set') return tupleValue([applySteps(value, steps, range, evaluation)]);
  const items = value.items.map((item) => applySteps(item, steps, range, evaluation));
  const whenEmpty = () => typeOf(applySteps(unknownValue(value.element), steps, range, evaluation));
  return sameTyped(items, whenEmpty);
}

function isSequence(type: Type): boolean {
  return type.kind === 'list' || type.kind === 'set' || type.kind === 'tuple';
}

/** Elements of one type give results of one type, unless an object's attribute was picked that differs. */
function sameTyped(items: readonly Value[], whenEmpty: () => Type): Value {
  const element = items.length === 0 ? whenEmpty() : unify(items.map(typeOf));
  if (!element) return tupleValue(items);
  const converted = items.map((item) => convert(item, element));
  return converted.some(isFailure) ? tupleValue(items) : listValue(element, converted as Value[]);
}
