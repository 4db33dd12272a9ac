import {
  type Attribute,
  boolType,
  convert,
  type Diagnostic,
  errorAt,
  evaluate,
  isFailure,
  isWhollyKnown,
  numberType,
  type Range,
  type Scope,
  stringType,
  type Type,
  toJs,
  type Value,
} from '@shoal/hcl';
import { durationRemedy, parseDuration } from '../../duration.ts';
import type { MapField, ScalarField, TextsField } from '../schema/field.ts';
import type { Reading } from './context.ts';
import { oddValue } from './odd-values.ts';

/** The value of an attribute; `undefined` when it has none, which has then been reported. */
export function readValue(attribute: Attribute, scope: Scope, reading: Reading): Value | undefined {
  const { value, diagnostics } = evaluate(attribute.expression, scope);
  reading.diagnostics.push(...diagnostics);
  return isWhollyKnown(value) ? value : undefined;
}

type Place = { name: string; range: Range };

/** Why a value does not fit, and what to write instead. */
type Misfit = { problem: string; remedy?: string };

function unsuitable(place: Place, { problem, remedy }: Misfit): Diagnostic {
  const detail = `Unsuitable value for "${place.name}": ${problem}.`;
  return errorAt(place.range, 'Unsuitable value type', detail, remedy === undefined ? {} : { remedy });
}

/** A scalar field's value in the API's form; `null` for "not set", `undefined` when the value was refused. */
export function readScalar(attribute: Attribute, field: ScalarField, scope: Scope, reading: Reading): unknown {
  const value = readValue(attribute, scope, reading);
  if (value === undefined) return undefined;
  const place = { name: attribute.name, range: attribute.expression.range };
  const result = value.kind === 'null' ? readNull(field) : scalarOf(value, field);
  if (isMisfit(result)) {
    reading.diagnostics.push(unsuitable(place, result));
    return undefined;
  }
  const odd = oddValue(attribute, field.type, result);
  if (odd) reading.diagnostics.push(odd);
  return result;
}

function readNull(field: ScalarField): null | Misfit {
  if (field.type !== 'duration' && field.presence !== 'plain') return null;
  return { problem: 'null is not allowed here', remedy: 'leave the argument out' };
}

function scalarOf(value: Value, field: ScalarField): string | number | boolean | Misfit {
  switch (field.type) {
    case 'text':
      return converted(value, stringType, 'string') as string | Misfit;
    case 'flag':
      return converted(value, boolType, 'bool') as boolean | Misfit;
    case 'integer':
      return wholeNumber(value, field.range);
    case 'duration':
      return nanoseconds(value);
  }
}

function converted(value: Value, type: Type, name: string): unknown {
  const result = convert(value, type);
  if (!isFailure(result) && result.kind !== 'null') return toJs(result);
  const remedy = type === boolType ? remedyForFlag(value) : remedyForList(value);
  return { problem: `a ${name} is required, not ${inWords(value)}`, ...(remedy !== undefined && { remedy }) };
}

function remedyForList(value: Value): string | undefined {
  return value.kind === 'tuple' && value.items.length === 1 ? 'remove the brackets' : undefined;
}

/** Other languages have other words for it; without quotes they are names that nobody knows. */
function remedyForFlag(value: Value): string | undefined {
  const word = value.kind === 'string' ? value.value.replace(/^\$\{(\w+)\}$/, '$1').toLowerCase() : undefined;
  if (word === 'yes' || word === 'on' || word === 'true') return 'write true';
  return word === 'no' || word === 'off' || word === 'false' ? 'write false' : undefined;
}

const LONGEST_TEXT = 40;

/** What a value is; it may come from a variable, so that the file does not show it. */
function inWords({ kind, ...value }: Value): string {
  if (kind === 'object' || kind === 'map') return 'an object';
  if (kind === 'tuple' || kind === 'list' || kind === 'set') return 'a list';
  const text = 'value' in value && typeof value.value === 'string' ? value.value : undefined;
  return text !== undefined && text.length <= LONGEST_TEXT ? JSON.stringify(text) : `a ${kind}`;
}

function wholeNumber(value: Value, range: ScalarField['range']): number | Misfit {
  const number = converted(value, numberType, 'number') as number | Misfit;
  if (isMisfit(number)) return withUnitRemedy(number, value);
  const isWithin = range === undefined || (number >= range[0] && number <= range[1]);
  if (Number.isInteger(number) && isWithin) return number;
  return { problem: `value must be a whole number${range ? `, between ${range[0]} and ${range[1]} inclusive` : ''}` };
}

/** `memory = "256MB"` is a common slip. */
function withUnitRemedy(misfit: Misfit, value: Value): Misfit {
  const digits = value.kind === 'string' ? /^(\d+)\s*[A-Za-z]+$/.exec(value.value)?.[1] : undefined;
  return digits === undefined ? misfit : { ...misfit, remedy: `write the number without its unit: ${digits}` };
}

function nanoseconds(value: Value): number | Misfit {
  if (value.kind === 'number') return wholeNumber(value, undefined);
  if (value.kind !== 'string') return { problem: 'a duration is required', remedy: 'write for example "30s" or "10m"' };
  const parsed = parseDuration(value.value);
  return parsed ?? { problem: `${JSON.stringify(value.value)} is not a duration`, remedy: durationRemedy(value.value) };
}

function isMisfit(result: unknown): result is Misfit {
  return typeof result === 'object' && result !== null && 'problem' in result;
}

/** A list of strings or whole numbers, `null` when it is null, `undefined` when it was refused. */
export function readList(
  attribute: Attribute,
  field: Pick<TextsField, 'items'>,
  scope: Scope,
  reading: Reading,
): unknown[] | null | undefined {
  const value = readValue(attribute, scope, reading);
  if (value === undefined) return undefined;
  const items = value.kind === 'null' ? null : itemsOf(value, field);
  if (items !== undefined) return items;
  const remedy = value.kind === 'string' ? `put it in brackets: ["${value.value}"]` : undefined;
  const problem = `a list of ${field.items === 'integer' ? 'whole numbers' : 'strings'} is required`;
  const misfit = { problem, ...(remedy !== undefined && { remedy }) };
  reading.diagnostics.push(unsuitable({ name: attribute.name, range: attribute.expression.range }, misfit));
  return undefined;
}

function itemsOf(value: Value, { items: type }: Pick<TextsField, 'items'>): unknown[] | undefined {
  if (value.kind !== 'tuple' && value.kind !== 'list' && value.kind !== 'set') return undefined;
  const items = value.items.map((item) =>
    type === 'integer' ? wholeNumber(item, undefined) : converted(item, stringType, 'string'),
  );
  return items.some(isMisfit) ? undefined : items;
}

/** A map from the attributes of a block: the user's names with texts, or with lists of texts. */
export function readMapBlock(
  attributes: Iterable<Attribute>,
  field: MapField,
  scope: Scope,
  reading: Reading,
): Record<string, unknown> {
  const entries = [...attributes].map((attribute): [string, unknown] => [
    attribute.name,
    field.values === 'texts' ? readList(attribute, {}, scope, reading) : readEntry(attribute, scope, reading),
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

const ENTRY: ScalarField = { kind: 'scalar', type: 'text', presence: 'plain' };

function readEntry(attribute: Attribute, scope: Scope, reading: Reading): unknown {
  return readScalar(attribute, ENTRY, scope, reading);
}

/** What a plug-in is told, written as an argument. */
export function readFreeArgument(attribute: Attribute, scope: Scope, reading: Reading): unknown {
  const value = readValue(attribute, scope, reading);
  if (value === undefined || value.kind === 'null') return undefined;
  if (value.kind === 'object' || value.kind === 'map') return toJs(value);
  const place = { name: attribute.name, range: attribute.expression.range };
  reading.diagnostics.push(unsuitable(place, { problem: 'an object is required' }));
  return undefined;
}

/** A map of texts that is written as an argument. */
export function readMapArgument(attribute: Attribute, scope: Scope, reading: Reading): Record<string, string> | null {
  const value = readValue(attribute, scope, reading);
  if (value === undefined || value.kind === 'null') return null;
  const place = { name: attribute.name, range: attribute.expression.range };
  if (value.kind !== 'object' && value.kind !== 'map') {
    reading.diagnostics.push(unsuitable(place, { problem: 'a map of strings is required' }));
    return null;
  }
  const entries = [...value.entries].map(([key, item]): [string, unknown] => [
    key,
    converted(item, stringType, 'string'),
  ]);
  for (const [key, item] of entries)
    if (isMisfit(item)) reading.diagnostics.push(unsuitable({ ...place, name: `${attribute.name}.${key}` }, item));
  return Object.fromEntries(entries.filter(([, item]) => !isMisfit(item))) as Record<string, string>;
}
