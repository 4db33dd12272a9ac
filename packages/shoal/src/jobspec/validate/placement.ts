import type { Affinity, Constraint, Spread } from '@shoal/api';
import { compileRegexp } from '../../regexp.ts';
import { isInterpolated, nested, quoted, repeated, when } from './findings.ts';

const COMPARISONS = ['=', '==', 'is', '!=', 'not', '<', '<=', '>', '>='];
const SETS = ['set_contains', 'set_contains_all', 'set_contains_any'];
const WITH_VALUE = [...COMPARISONS, ...SETS, 'regexp', 'version', 'semver'];

type Comparison = Pick<Constraint, 'LTarget' | 'RTarget' | 'Operand'>;

export function validateConstraint(constraint: Constraint): string[] {
  const { LTarget: left, RTarget: right, Operand: operand } = constraint;
  if (operand === '') return ['Missing constraint operand'];
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
        : [`Unknown constraint type ${quoted(operand)}`];
  }
}

/** How many allocations may share the property; empty means one. */
function validateCount(count: string): string[] {
  if (count === '' || isInterpolated(count)) return [];
  if (!/^\d+$/.test(count)) return [`Failed to convert RTarget ${quoted(count)} to uint64: it is not a whole number`];
  return when([Number(count) < 1, `Distinct Property must have an allowed count of 1 or greater: ${count} < 1`]);
}

function validateComparison({ LTarget: left, RTarget: right, Operand: operand }: Comparison): string[] {
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
      ]);
    case 'semver':
      return when([
        !isVersionConstraint(right, STRICT),
        `Semver constraint is invalid: Malformed constraint: ${right}`,
      ]);
    default:
      return [];
  }
}

function validateRegexp(source: string): string[] {
  const compiled = compileRegexp(source);
  return 'error' in compiled ? [`Regular expression failed to compile: ${compiled.error}`] : [];
}

const LOOSE = /^\s*(=|!=|>|<|>=|<=|~>)?\s*v?\d+(\.\d+)*([-.~]?[0-9A-Za-z.~-]+)?(\+[0-9A-Za-z.-]+)?\s*$/;
const STRICT = /^\s*(=|!=|>|<|>=|<=)?\s*v?\d+(\.\d+)*(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?\s*$/;

function isVersionConstraint(text: string, part: RegExp): boolean {
  return text.length < 1000 && text.split(',').every((each) => part.test(each));
}

export function validateAffinity(affinity: Affinity): string[] {
  if (affinity.Operand === '') return ['Missing affinity operand'];
  const isKnown = WITH_VALUE.includes(affinity.Operand);
  return [
    ...(isKnown ? validateComparison(affinity) : [`Unknown affinity operator ${quoted(affinity.Operand)}`]),
    ...when(
      [affinity.Weight > 100 || affinity.Weight < -100, 'Affinity weight must be within the range [-100,100]'],
      [affinity.Weight === 0, 'Affinity weight cannot be zero'],
    ),
  ];
}

export function validateSpread(spread: Spread): string[] {
  const targets = spread.SpreadTarget ?? [];
  const sum = targets.reduce((total, target) => total + target.Percent, 0);
  return [
    ...when(
      [spread.Attribute === '', 'Missing spread attribute'],
      [spread.Weight <= 0 || spread.Weight > 100, 'Spread stanza must have a positive weight from 0 to 100'],
    ),
    ...repeated(targets.map((target) => target.Value)).map(
      ({ name }) => `Spread target value ${quoted(name)} already defined`,
    ),
    ...targets
      .filter((target) => target.Percent > 100)
      .map((target) => `Spread target percentage for value ${quoted(target.Value)} must be between 0 and 100`),
    ...when([sum > 100, `Sum of spread target percentages must not be greater than 100%; got ${sum}%`]),
  ];
}

type Placed = { Constraints: Constraint[] | null; Affinities: Affinity[] | null; Spreads?: Spread[] | null };

/** The placement blocks of a job, group or task. System jobs run on every node, so they can prefer none. */
export function validatePlacement(placed: Placed, jobType: string): string[] {
  const isSystem = jobType === 'system' || jobType === 'sysbatch';
  const constraints = placed.Constraints ?? [];
  const affinities = placed.Affinities ?? [];
  const spreads = placed.Spreads ?? [];
  return [
    ...constraints.flatMap((each, i) => nested(`Constraint ${i + 1} validation failed: `, validateConstraint(each))),
    ...(isSystem
      ? when([affinities.length > 0, 'System jobs may not have an affinity block'])
      : affinities.flatMap((each, i) => nested(`Affinity ${i + 1} validation failed: `, validateAffinity(each)))),
    ...(isSystem
      ? when([spreads.length > 0, 'System jobs may not have a spread block'])
      : spreads.flatMap((each, i) => nested(`Spread ${i + 1} validation failed: `, validateSpread(each)))),
  ];
}
