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
  const [name, ...rest] = path;
  // An object as a whole has nothing that could be compared.
  if (name === undefined) throw invalidOperator(match);
  const field = fields[name];
  if (field === undefined) throw invalidSelector(match, path.length);
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
    if (rest.length > 0) throw invalidSelector(match, rest.length);
    return compileValue(match, type);
  }
  if (rest.length > 1) throw invalidSelector(match, rest.length - 1);
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
  throw invalidOperator(match);
}

function equality(type: string, wanted: string, match: Match): Test {
  if (type === 'string') return (value) => (value ?? '') === wanted;
  const parsed = type === 'bool' ? parseBoolean(wanted) : parseNumber(wanted);
  if (parsed === undefined) {
    const [quoted, parser] = [JSON.stringify(wanted), type === 'bool' ? 'ParseBool' : 'ParseInt'];
    throw new FilterError(
      `Failed to coerce value ${quoted} for selector "${match.selector.join('.')}": strconv.${parser}: parsing ${quoted}: invalid syntax`,
    );
  }
  const zero = type === 'bool' ? false : 0;
  return (value) => (value ?? zero) === parsed;
}

/** As Consul's errors call them. */
const OPERATORS: Readonly<Record<Match['operator'], readonly [positive: string, negated: string]>> = {
  equal: ['Equal', 'Not Equal'],
  in: ['In', 'Not In'],
  empty: ['Is Empty', 'Is Not Empty'],
  matches: ['Matches', 'Not Matches'],
};

function invalidOperator({ operator, negated, selector }: Match): FilterError {
  const name = OPERATORS[operator][negated ? 1 : 0];
  return new FilterError(`Invalid match operator "${name}" for selector "${selector.join('.')}"`);
}

function emptiness(match: Match): Test {
  if (match.operator !== 'empty') throw invalidOperator(match);
  return match.negated ? (value) => !isEmpty(value) : isEmpty;
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return !isObject(value) || Object.keys(value).length === 0;
}

function regularExpression(source: string): Test {
  const pattern = compileRegexp(source);
  if ('error' in pattern)
    throw new FilterError(`Failed to compile regular expression ${JSON.stringify(source)}: ${pattern.error}`);
  return (value) => pattern.test(String(value ?? ''));
}

function parseBoolean(text: string): boolean | undefined {
  if (/^(?:1|t|T|true|TRUE|True)$/.test(text)) return true;
  return /^(?:0|f|F|false|FALSE|False)$/.test(text) ? false : undefined;
}

function parseNumber(text: string): number | undefined {
  return /^-?\d+$/.test(text) ? Number(text) : undefined;
}

/** The selector as far as it can be followed, and one step further; `left` are the steps from the first that cannot. */
function invalidSelector({ selector }: Match, left: number): FilterError {
  return new FilterError(`Selector "${selector.slice(0, selector.length - left + 1).join('.')}" is not valid`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
