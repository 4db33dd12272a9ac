import type { Constraint } from '@shoal/api';
import { compileRegexp, type Regexp } from '../../regexp.ts';
import type { Check } from './check.ts';
import { target } from './target.ts';
import { parseBounds, parseVersion, satisfies } from './versions.ts';

/** Whether a node's side (undefined: it has none) goes with the other side. */
type Comparison = (left: string | undefined, right: string | undefined) => boolean;

const DISTINCT = ['distinct_hosts', 'distinct_property'];

/** Those that depend on where allocations are, not on the node. */
export function isDistinct({ Operand }: Constraint): boolean {
  return DISTINCT.includes(Operand);
}

/** Job specification, `constraint`: what an operator holds for, as a check of one node. Affinities use the same ones. */
export function constraintCheck(constraint: Constraint): Check {
  const [left, right] = [target(constraint.LTarget), target(constraint.RTarget)];
  const holds = comparison(constraint);
  return {
    reason: `${constraint.LTarget} ${constraint.Operand} ${constraint.RTarget}`,
    unique: left.unique || right.unique,
    passes: (node) => holds(left.read(node), right.read(node)),
  };
}

function comparison({ Operand, RTarget }: Constraint): Comparison {
  switch (Operand) {
    case '':
    case '=':
    case '==':
    case 'is':
      return (left, right) => left !== undefined && left === right;
    case '!=':
    case 'not':
      return (left, right) => left !== right;
    case '<':
    case '<=':
    case '>':
    case '>=':
      return ordered(Operand);
    case 'regexp':
      return matching(RTarget);
    case 'version':
    case 'semver':
      return versioned(Operand, RTarget);
    case 'set_contains':
    case 'set_contains_all':
      return both((left, right) => members(right).every((each) => members(left).includes(each)));
    case 'set_contains_any':
      return both((left, right) => members(right).some((each) => members(left).includes(each)));
    case 'is_set':
      return (left) => left !== undefined;
    case 'is_not_set':
      return (left) => left === undefined;
    default:
      return () => false;
  }
}

function both(holds: (left: string, right: string) => boolean): Comparison {
  return (left, right) => left !== undefined && right !== undefined && holds(left, right);
}

/** As numbers if both are, else by their bytes. */
function ordered(operator: '<' | '<=' | '>' | '>='): Comparison {
  return both((left, right) => {
    const order = compare(left, right);
    if (operator === '<') return order < 0;
    if (operator === '<=') return order <= 0;
    return operator === '>' ? order > 0 : order >= 0;
  });
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

function compare(left: string, right: string): number {
  if (NUMBER.test(left) && NUMBER.test(right)) return Number(left) - Number(right);
  return left < right ? -1 : Number(left > right);
}

function matching(expression: string): Comparison {
  const compiled = compile(expression);
  return both((left, right) => (right === expression ? compiled : compile(right))?.test(left) ?? false);
}

/** An expression that cannot be read matches nothing. */
function compile(expression: string): Regexp | undefined {
  const compiled = compileRegexp(expression);
  return 'error' in compiled ? undefined : compiled;
}

function versioned(flavour: 'version' | 'semver', text: string): Comparison {
  const known = parseBounds(text, flavour);
  return both((left, right) => {
    const version = parseVersion(left, flavour);
    const bounds = right === text ? known : parseBounds(right, flavour);
    return version !== undefined && bounds !== undefined && satisfies(version, bounds, flavour);
  });
}

function members(list: string): string[] {
  return list.split(',').map((each) => each.trim());
}
