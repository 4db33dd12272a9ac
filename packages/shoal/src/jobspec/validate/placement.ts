import type { Affinity, Constraint, Spread } from '@shoal/api';
import { compileRegexp } from '../../regexp.ts';
import { type Finding, finding, isInterpolated, nestedEach, quoted, repeated, when } from './findings.ts';

const COMPARISONS = ['=', '==', 'is', '!=', 'not', '<', '<=', '>', '>='];
const SETS = ['set_contains', 'set_contains_all', 'set_contains_any'];
const WITH_VALUE = [...COMPARISONS, ...SETS, 'regexp', 'version', 'semver'];

type Comparison = Pick<Constraint, 'LTarget' | 'RTarget' | 'Operand'>;

export function validateConstraint(constraint: Constraint): Finding[] {
  const { LTarget: left, RTarget: right, Operand: operand } = constraint;
  if (operand === '') return [finding('Missing constraint operand')];
  switch (operand) {
    case 'distinct_hosts':
      return [];
    case 'distinct_property':
      return [...when([left === '', `Operator ${quoted(operand)} requires an LTarget`]), ...validateCount(right)];
    case 'is_set':
    case 'is_not_set':
      return when(
        [left === '', `Operator ${quoted(operand)} requires an LTarget`],
        [right !== '', `Operator ${quoted(operand)} does not support an RTarget`],
      );
    default:
      return WITH_VALUE.includes(operand)
        ? validateComparison(constraint)
        : [finding(`Unknown constraint type ${quoted(operand)}`, 'Operand')];
  }
}

/** How many allocations may share the property; empty means one. */
function validateCount(count: string): Finding[] {
  if (count === '' || isInterpolated(count)) return [];
  if (!/^\d+$/.test(count))
    return [finding(`Failed to convert RTarget ${quoted(count)} to uint64: it is not a whole number`, 'RTarget')];
  return when([Number(count) < 1, `Distinct Property must have an allowed count of 1 or greater: ${count} < 1`]);
}

function validateComparison({ LTarget: left, RTarget: right, Operand: operand }: Comparison): Finding[] {
  const missing = when(
    [left === '', 'No LTarget provided but is required by constraint'],
    [right === '' && !COMPARISONS.includes(operand), `Operator ${quoted(operand)} requires an RTarget`],
  );
  if (missing.length > 0 || isInterpolated(right)) return missing;
  switch (operand) {
    case 'regexp':
      return validateRegexp(right);
    case 'version':
      return when([
        !isVersionConstraint(right, LOOSE),
        `Version constraint is invalid: Malformed constraint: ${right}`,
        'RTarget',
      ]);
    case 'semver':
      return when([
        !isVersionConstraint(right, STRICT),
        `Semver constraint is invalid: Malformed constraint: ${right}`,
        'RTarget',
      ]);
    default:
      return [];
  }
}

function validateRegexp(source: string): Finding[] {
  const compiled = compileRegexp(source);
  return 'error' in compiled ? [finding(`Regular expression failed to compile: ${compiled.error}`, 'RTarget')] : [];
}

const LOOSE = /^\s*(=|!=|>|<|>=|<=|~>)?\s*v?\d+(\.\d+)*([-.~]?[0-9A-Za-z.~-]+)?(\+[0-9A-Za-z.-]+)?\s*$/;
const STRICT = /^\s*(=|!=|>|<|>=|<=)?\s*v?\d+(\.\d+)*(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?\s*$/;

function isVersionConstraint(text: string, part: RegExp): boolean {
  return text.length < 1000 && text.split(',').every((each) => part.test(each));
}

export function validateAffinity(affinity: Affinity): Finding[] {
  if (affinity.Operand === '') return [finding('Missing affinity operand')];
  const isKnown = WITH_VALUE.includes(affinity.Operand);
  return [
    ...(isKnown
      ? validateComparison(affinity)
      : [finding(`Unknown affinity operator ${quoted(affinity.Operand)}`, 'Operand')]),
    ...when(
      [
        affinity.Weight > 100 || affinity.Weight < -100,
        'Affinity weight must be within the range [-100,100]',
        'Weight',
      ],
      [affinity.Weight === 0, 'Affinity weight cannot be zero', 'Weight'],
    ),
  ];
}

export function validateSpread(spread: Spread): Finding[] {
  const targets = spread.SpreadTarget ?? [];
  const sum = targets.reduce((total, target) => total + target.Percent, 0);
  return [
    ...when(
      [spread.Attribute === '', 'Missing spread attribute'],
      [spread.Weight <= 0 || spread.Weight > 100, 'Spread stanza must have a positive weight from 0 to 100', 'Weight'],
    ),
    ...repeated(targets.map((target) => target.Value)).map(({ name, again }) =>
      finding(`Spread target value ${quoted(name)} already defined`, 'SpreadTarget', again - 1),
    ),
    ...targets.flatMap((target, i) =>
      when([
        target.Percent > 100,
        `Spread target percentage for value ${quoted(target.Value)} must be between 0 and 100`,
        ...['SpreadTarget', i, 'Percent'],
      ]),
    ),
    ...when([sum > 100, `Sum of spread target percentages must not be greater than 100%; got ${sum}%`]),
  ];
}

type Placed = { Constraints: Constraint[] | null; Affinities: Affinity[] | null; Spreads?: Spread[] | null };

/** The placement blocks of a job, group or task. System jobs run on every node, so they can prefer none. */
export function validatePlacement(placed: Placed, jobType: string): Finding[] {
  const isSystem = jobType === 'system' || jobType === 'sysbatch';
  const affinities = placed.Affinities ?? [];
  const spreads = placed.Spreads ?? [];
  return [
    ...nestedEach(placed.Constraints, 'Constraints', (n) => `Constraint ${n} validation failed: `, validateConstraint),
    ...(isSystem
      ? when([affinities.length > 0, 'System jobs may not have an affinity block', 'Affinities', 0])
      : nestedEach(affinities, 'Affinities', (n) => `Affinity ${n} validation failed: `, validateAffinity)),
    ...(isSystem
      ? when([spreads.length > 0, 'System jobs may not have a spread block', 'Spreads', 0])
      : nestedEach(spreads, 'Spreads', (n) => `Spread ${n} validation failed: `, validateSpread)),
  ];
}
