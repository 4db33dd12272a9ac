import type { BinaryOperator } from './ast.ts';
import { add, type BigFloat, compare, divide, multiply, negate, remainder, subtract } from './big-float.ts';
import { boolType, numberType, sameType, type Type } from './types.ts';
import { boolValue, identical, numberValue, typeOf, unknownValue, type Value } from './values.ts';

/** What an operator wants on both sides; `==` and `!=` take anything as it is. */
export function operandType(operator: BinaryOperator): Type | undefined {
  switch (operator) {
    case '==':
    case '!=':
      return undefined;
    case '&&':
    case '||':
      return boolType;
    default:
      return numberType;
  }
}

/** Applies an operator to operands of its type. A text is the reason why there is no result. */
export function applyBinary(operator: BinaryOperator, left: Value, right: Value): Value | string {
  if (operator === '==') return equals(left, right);
  if (operator === '!=') return not(equals(left, right));
  if (left.kind === 'null' || right.kind === 'null') return 'An operand is null.';
  if (left.kind === 'bool' && right.kind === 'bool') {
    return boolValue(operator === '&&' ? left.value && right.value : left.value || right.value);
  }
  if (left.kind === 'number' && right.kind === 'number') return arithmetic(operator, left.value, right.value);
  return unknownValue(resultType(operator));
}

/** What an operator's result is, also where there is none because of a mistake: the other side of a conditional must suit it. */
export function resultType(operator: BinaryOperator): Type {
  return ['+', '-', '*', '/', '%'].includes(operator) ? numberType : boolType;
}

type Arithmetic = (a: BigFloat, b: BigFloat) => BigFloat | undefined;
const calculations: Partial<Record<BinaryOperator, Arithmetic>> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': divide,
  '%': remainder,
};

function arithmetic(operator: BinaryOperator, a: BigFloat, b: BigFloat): Value | string {
  const calculate = calculations[operator];
  if (!calculate) return boolValue(holds(operator, compare(a, b)));
  const result = calculate(a, b);
  return result ? numberValue(result) : 'The result is not a number.';
}

function holds(operator: BinaryOperator, order: number): boolean {
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}

/** Values are equal when their types and contents are; two nulls are equal whatever their types. */
export function equals(left: Value, right: Value): Value {
  if (left.kind === 'unknown' || right.kind === 'unknown') return unknownValue(boolType);
  if (left.kind === 'null' || right.kind === 'null') return boolValue(left.kind === right.kind);
  return boolValue(sameType(typeOf(left), typeOf(right)) && identical(left, right));
}

export function not(value: Value): Value {
  return value.kind === 'bool' ? boolValue(!value.value) : unknownValue(boolType);
}

export function minus(value: Value): Value {
  return value.kind === 'number' ? numberValue(negate(value.value)) : unknownValue(numberType);
}
