import { compileRegexp } from '../../../regexp.ts';
import { type Expression, FilterError, type Match } from './expression.ts';
import type { Fields } from './fields.ts';
import { parseFilter } from './parse.ts';

type Test = (value: unknown) => boolean;

/** A test of objects whose fields are as told. Throws FilterError for what could never be true of any of them. */
export function compileFilter(source: string, fields: Fields): Test {
  return compile(parseFilter(source), fields);
}

function compile(expression: Expression, fields: Fields): Test {
  switch (expression.kind) {
    case 'and': {
      const [left, right] = [compile(expression.left, fields), compile(expression.right, fields)];
      return (value) => left(value) && right(value);
    }
    case 'or': {
      const [left, right] = [compile(expression.left, fields), compile(expression.right, fields)];
      return (value) => left(value) || right(value);
    }
    case 'not': {
      const operand = compile(expression.operand, fields);
      return (value) => !operand(value);
    }
    case 'match':
      return compileMatch(expression, expression.selector, fields);
  }
}

/** Walks down the selector, field by field. */
function compileMatch(match: Match, path: readonly string[], fields: Fields): Test {
  const [name = '', ...rest] = path;
  const field = fields[name];
  if (field === undefined) throw invalidSelector(match);
  if (typeof field === 'string') return onField(name, compileLeaf(match, field, rest));
  if ('list' in field) {
    // Of a list of objects: true when it is of any of them.
    if (rest.length === 0) return onField(name, emptiness(match));
    const each = compileMatch(match, rest, field.list);
    return onField(name, (value) => Array.isArray(value) && value.some(each));
  }
  if ('each' in field) return onField(name, compileEach(match, rest, field.each));
  return onField(name, compileMatch(match, rest, field.object));
}

/** A key of the map, then a field of what stands there; a key that is not there is unequal to everything. */
function compileEach(match: Match, [key, ...rest]: readonly string[], fields: Fields): Test {
  if (key === undefined) return compileValue(match, 'map');
  const test = compileMatch(match, rest, fields);
  return (value) => {
    const entry = (value as Record<string, unknown> | null | undefined)?.[key];
    return entry === undefined ? match.negated : test(entry);
  };
}

function onField(name: string, test: Test): Test {
  return (value) =>
    test(typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined);
}

function compileLeaf(match: Match, type: string, rest: readonly string[]): Test {
  if (type !== 'map') {
    if (rest.length > 0) throw invalidSelector(match);
    return compileValue(match, type);
  }
  if (rest.length > 1) throw invalidSelector(match);
  const [key] = rest;
  if (key === undefined) return compileValue(match, 'map');
  const test = compileValue(match, 'string');
  // A key that is not there is unequal to everything.
  return (value) => {
    const entry = (value as Record<string, unknown> | null | undefined)?.[key];
    return entry === undefined ? match.negated : test(entry);
  };
}

function compileValue(match: Match, type: string): Test {
  const test = positive(match, type);
  return match.negated ? (value) => !test(value) : test;
}

function positive(match: Match, type: string): Test {
  const { operator, value: wanted } = match;
  const isCollection = type === 'map' || type === 'strings';
  if (operator === 'equal' && !isCollection) return equality(type, wanted, match);
  if (operator === 'in' && type === 'map') return (value) => isObject(value) && Object.hasOwn(value, wanted);
  if (operator === 'in' && type === 'strings') return (value) => Array.isArray(value) && value.includes(wanted);
  if (operator === 'in' && type === 'string') return (value) => String(value ?? '').includes(wanted);
  if (operator === 'matches' && type === 'string') return regularExpression(wanted);
  if (operator === 'empty' && isCollection) return isEmpty;
  throw new FilterError(`Invalid match operator "${match.operator}" for selector "${match.selector.join('.')}"`);
}

function equality(type: string, wanted: string, match: Match): Test {
  if (type === 'string') return (value) => (value ?? '') === wanted;
  const parsed = type === 'bool' ? parseBoolean(wanted) : parseNumber(wanted);
  if (parsed === undefined)
    throw new FilterError(
      `Failed to convert the value ${JSON.stringify(wanted)} of selector "${match.selector.join('.')}" to ${type}`,
    );
  return (value) => value === parsed;
}

function emptiness(match: Match): Test {
  if (match.operator !== 'empty') throw invalidSelector(match);
  return match.negated ? (value) => !isEmpty(value) : isEmpty;
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return !isObject(value) || Object.keys(value).length === 0;
}

function regularExpression(source: string): Test {
  const pattern = compileRegexp(source);
  if ('error' in pattern) throw new FilterError(pattern.error);
  return (value) => pattern.test(String(value ?? ''));
}

function parseBoolean(text: string): boolean | undefined {
  if (/^(?:1|t|T|true|TRUE|True)$/.test(text)) return true;
  return /^(?:0|f|F|false|FALSE|False)$/.test(text) ? false : undefined;
}

function parseNumber(text: string): number | undefined {
  return /^-?\d+$/.test(text) ? Number(text) : undefined;
}

function invalidSelector(match: Match): FilterError {
  return new FilterError(`Selector "${match.selector.join('.')}" is not valid`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
