import { anyType, listType, setType, type Type, tupleType } from '../types.ts';
import { unify } from '../unify.ts';
import { identical, listValue, setValue, sortKey, tupleValue, typeOf, type Value } from '../values.ts';
import { anything, defineVariadic, isSequence, itemsOf, param } from './arguments.ts';
import { converted } from './collections.ts';
import { FunctionError, type HclFunction } from './function.ts';

const anySet = setType(anyType);

/** Sets of one element type, whatever was given. */
function alike(sets: readonly Value[]): { element: Type; members: (readonly Value[])[] } {
  const element = unify(sets.map((set) => (set.kind === 'set' ? set.element : anyType)));
  if (!element) throw new FunctionError('all sets must have elements of one type');
  return { element, members: sets.map((set) => itemsOf(set).map((item) => converted(item, element))) };
}

/** Those of `a` that `b` has, too. */
function common(a: readonly Value[], b: readonly Value[]): Value[] {
  const known = new Map(b.map((item) => [sortKey(item), item]));
  return a.filter((item) => {
    const other = known.get(sortKey(item));
    return other !== undefined && identical(item, other);
  });
}

function combining(combine: (a: readonly Value[], b: readonly Value[]) => readonly Value[]): HclFunction {
  return defineVariadic([param('first_set', anySet)], param('other_sets', anySet), (first, others) => {
    const { element, members } = alike([...first, ...others]);
    return setValue(element, members.reduce(combine));
  });
}

const MAX_PRODUCT = 100_000;

/** Each way to take one element from each; a set results when all are sets. */
const setproduct = defineVariadic([], anything('sets'), (_, sets) => {
  if (sets.length < 2) throw new FunctionError('at least two sets are needed');
  const factors = sets.map((set, i) => {
    if (!isSequence(set)) throw new FunctionError('a list, set or tuple is needed', i);
    return set.kind === 'tuple' ? converted(set, listType(anyType)) : set;
  });
  const count = factors.reduce((product, factor) => product * itemsOf(factor).length, 1);
  if (count > MAX_PRODUCT) throw new FunctionError(`more than ${MAX_PRODUCT} combinations would result`);
  let rows: Value[][] = [[]];
  for (const factor of factors) rows = rows.flatMap((row) => itemsOf(factor).map((item) => [...row, item]));
  const element = tupleType(factors.map(elementOf));
  const tuples = rows.map(tupleValue);
  return factors.every((factor) => factor.kind === 'set') ? setValue(element, tuples) : listValue(element, tuples);
});

function elementOf(value: Value): Type {
  const type = typeOf(value);
  return type.kind === 'list' || type.kind === 'set' ? type.element : anyType;
}

export const setFunctions: Readonly<Record<string, HclFunction>> = {
  /** What all sets have. */
  setintersection: combining(common),
  /** Each way to take one element from each; at most 100,000. */
  setproduct,
  /** What any of the sets has. */
  setunion: combining((a, b) => [...a, ...b]),
};
