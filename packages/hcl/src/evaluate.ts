import type {
  BinaryExpression,
  ConditionalExpression,
  Expression,
  ObjectExpression,
  ObjectItem,
  ReferenceExpression,
  TemplateExpression,
  Traversal,
  UnaryExpression,
} from './ast.ts';
import { callFunction } from './call.ts';
import { convert, isFailure } from './convert.ts';
import { type Diagnostic, hasErrors } from './diagnostic.ts';
import { chargeText, type Evaluation, EvaluationLimit, refuse, TOO_MUCH, withArticle } from './evaluation.ts';
import { evaluateFor } from './for.ts';
import { applyBinary, minus, not, operandType, resultType } from './operators.ts';
import { type Range, rangeBetween } from './position.ts';
import { askAbsent, askUnresolved, findBudget, findVariable, type Scope, variableNames } from './scope.ts';
import { MAX_SIZE, sizeOf } from './size.ts';
import { applySteps } from './steps.ts';
import { suggest } from './suggest.ts';
import { MAX_TEXT, TOO_LONG } from './text-limit.ts';
import { anyType, boolType, numberType, stringType, type Type } from './types.ts';
import { unify } from './unify.ts';
import { objectValue, stringValue, tupleValue, typeOf, unknown, unknownValue, type Value } from './values.ts';

/** More than any sane expression takes: loops in loops can ask for years of work. */
const MAX_EVALUATIONS = 500_000;

/** The value of an expression; where it has none, an unknown value and the reasons in `diagnostics`. */
export function evaluate(expression: Expression, scope: Scope): { value: Value; diagnostics: Diagnostic[] } {
  const budget = findBudget(scope) ?? { left: MAX_EVALUATIONS };
  const evaluation: Evaluation = { scope, diagnostics: [], compute, budget };
  try {
    return { value: compute(expression, evaluation), diagnostics: evaluation.diagnostics };
  } catch (error) {
    if (!(error instanceof EvaluationLimit)) throw error;
    return {
      value: refuse(evaluation, expression.range, 'Expression too large', error.message),
      diagnostics: evaluation.diagnostics,
    };
  }
}

function compute(expression: Expression, evaluation: Evaluation): Value {
  if (--evaluation.budget.left < 0) throw new EvaluationLimit(TOO_MUCH);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'template':
      return template(expression, evaluation);
    case 'interpolation':
    case 'parentheses':
      return compute(expression.inner, evaluation);
    case 'join':
      return join(compute(expression.each, evaluation), expression.range, evaluation);
    case 'reference':
      return reference(expression, evaluation);
    case 'access':
      return applySteps(compute(expression.source, evaluation), expression.steps, expression.source.range, evaluation);
    case 'call':
      return checkSize(callFunction(expression, evaluation));
    case 'conditional':
      return conditional(expression, evaluation);
    case 'binary':
      return binary(expression, evaluation);
    case 'unary':
      return unary(expression, evaluation);
    case 'tuple':
      return checkSize(tupleValue(expression.items.map((item) => compute(item, evaluation))));
    case 'object':
      return checkSize(object(expression, evaluation));
    case 'for':
      return checkSize(evaluateFor(expression, evaluation));
    case 'invalid':
      return unknown;
  }
}

/** Values share what they are made of: a few lines can make one that takes years to go through. */
function checkSize(value: Value): Value {
  if (sizeOf(value) > MAX_SIZE) throw new EvaluationLimit(`The value has more than ${MAX_SIZE} elements.`);
  return value;
}

function template({ parts }: TemplateExpression, evaluation: Evaluation): Value {
  let text = '';
  let known = true;
  for (const part of parts) {
    const value = interpolated(compute(part, evaluation), part.range, evaluation);
    if (value.kind === 'string') text += value.value;
    else known = false;
    checkLength(text.length);
  }
  chargeText(evaluation, text.length);
  return known ? stringValue(text) : unknownValue(stringType);
}

function checkLength(characters: number): void {
  if (characters > MAX_TEXT) throw new EvaluationLimit(`${TOO_LONG.replace(/^t/, 'T')}.`);
}

function interpolated(value: Value, range: Range, evaluation: Evaluation): Value {
  const summary = 'Invalid template interpolation value';
  if (value.kind === 'null')
    return refuse(evaluation, range, summary, 'The value is null, which has no place in a text.');
  const text = convert(value, stringType);
  if (!isFailure(text)) return text;
  const detail = `The value is ${withArticle(value)}, which cannot become a part of a text.`;
  return refuse(evaluation, range, summary, detail, { remedy: 'pick a part of it, or use join(…) or jsonencode(…)' });
}

function join(each: Value, range: Range, evaluation: Evaluation): Value {
  if (each.kind !== 'tuple') return unknownValue(stringType);
  const texts = each.items.map((item) => interpolated(item, range, evaluation));
  if (texts.some((text) => text.kind !== 'string')) return unknownValue(stringType);
  const parts = texts.map((text) => (text.kind === 'string' ? text.value : ''));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  checkLength(length);
  chargeText(evaluation, length);
  return stringValue(parts.join(''));
}

function reference({ traversal, source, range }: ReferenceExpression, evaluation: Evaluation): Value {
  const { scope } = evaluation;
  const value = findVariable(scope, traversal.root);
  if (value)
    return lacking(value, traversal, evaluation) ?? applySteps(value, traversal.steps, traversal.rootRange, evaluation);
  const answer = askUnresolved(scope, traversal, source);
  if (answer) return answer;
  const known = variableNames(scope);
  const near = suggest(traversal.root, known);
  const detail = `There is no variable named "${traversal.root}".`;
  const remedy = near ? { remedy: `did you mean ${near}?` } : hintForUnknown(traversal.root, range, evaluation);
  return refuse(evaluation, traversal.rootRange, 'Unknown variable', detail, { context: range, ...remedy });
}

/** `var.x` where nobody declared x: the scope may know what to do about it. */
function lacking(value: Value, { root, steps: [first] }: Traversal, evaluation: Evaluation): Value | undefined {
  if (value.kind !== 'object' || first?.kind !== 'attribute' || value.entries.has(first.name)) return undefined;
  const absence = askAbsent(evaluation.scope, root, first.name);
  if (absence === undefined) return undefined;
  const near = suggest(first.name, value.entries.keys());
  const remedy = near ? `did you mean ${root}.${near}?` : absence.remedy;
  return refuse(evaluation, first.range, 'Unsupported attribute', absence.detail, { remedy });
}

function hintForUnknown(name: string, range: Range, { scope }: Evaluation): { remedy?: string } {
  const dashed = name.includes('-') && name.split('-').every((part) => /^\d+$/.test(part) || findVariable(scope, part));
  if (dashed) return { remedy: 'a dash belongs to the name; to subtract, put blanks around it' };
  return range.end.byte - range.start.byte === name.length
    ? { remedy: `for a text, write it in quotes: "${name}"` }
    : {};
}

function conditional({ condition, whenTrue, whenFalse }: ConditionalExpression, evaluation: Evaluation): Value {
  const trueSide = aside(whenTrue, evaluation);
  const falseSide = aside(whenFalse, evaluation);
  const types = [typeOf(trueSide.value), typeOf(falseSide.value)];
  // What could not be found out may be of any type, so that the result has none that is sure; a bare null takes the other's.
  const isOpen = [trueSide.value, falseSide.value].some(
    ({ kind }, i) => kind === 'unknown' && types[i]?.kind === 'any',
  );
  const type = isOpen ? anyType : unify(types);
  if (!type) return inconsistent(whenTrue, whenFalse, [trueSide.value, falseSide.value], evaluation);
  const test = conditionOf(condition, evaluation, condition.range);
  if (test === undefined) return unknownValue(type);
  const chosen = test ? trueSide : falseSide;
  evaluation.diagnostics.push(...chosen.diagnostics);
  const converted = convert(chosen.value, type);
  if (!isFailure(converted)) return converted;
  const side = test ? whenTrue : whenFalse;
  return refuse(
    evaluation,
    side.range,
    'Inconsistent conditional result types',
    `The result cannot be used: ${converted.failure}.`,
  );
}

/** Evaluates what may turn out not to be needed. */
function aside(expression: Expression, evaluation: Evaluation): { value: Value; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  return { value: compute(expression, { ...evaluation, diagnostics }), diagnostics };
}

function inconsistent(
  whenTrue: Expression,
  whenFalse: Expression,
  [a, b]: [Value, Value],
  evaluation: Evaluation,
): Value {
  const detail = `Both results of a conditional must have one type, but these are ${withArticle(a)} and ${withArticle(b)}.`;
  return refuse(
    evaluation,
    rangeBetween(whenTrue.range, whenFalse.range),
    'Inconsistent conditional result types',
    detail,
  );
}

/** Evaluates a condition; undefined when it is not known, or is none, which is reported. */
function conditionOf(condition: Expression, evaluation: Evaluation, range: Range): boolean | undefined {
  const value = compute(condition, evaluation);
  if (value.kind === 'null') {
    refuse(evaluation, range, 'Null condition', 'The condition is null; it must be true or false.');
    return undefined;
  }
  const test = convert(value, boolType);
  if (isFailure(test)) {
    refuse(evaluation, range, 'Incorrect condition type', `A condition must be true or false: ${test.failure}.`);
    return undefined;
  }
  return test.kind === 'bool' ? test.value : undefined;
}

function binary({ operator, left, right, range }: BinaryExpression, evaluation: Evaluation): Value {
  const before = evaluation.diagnostics.length;
  const type = operandType(operator);
  const given = [compute(left, evaluation), compute(right, evaluation)] as const;
  const a = operand(given[0], left, type, evaluation);
  const b = operand(given[1], right, type, evaluation);
  const failed = unknownValue(resultType(operator));
  if (hasErrors(evaluation.diagnostics.slice(before))) return failed;
  const result = applyBinary(operator, a, b);
  if (typeof result !== 'string') return result;
  refuse(evaluation, range, 'Operation failed', result);
  return failed;
}

/** The value as the operator wants it. */
function operand(value: Value, { range }: Expression, type: Type | undefined, evaluation: Evaluation): Value {
  const converted = type ? convert(value, type) : value;
  if (!isFailure(converted)) return converted;
  const more =
    type === numberType && value.kind === 'string' ? { remedy: 'to join texts, use a template: "${a}${b}"' } : {};
  return refuse(evaluation, range, 'Invalid operand', `This does not suit the operator: ${converted.failure}.`, more);
}

function unary({ operator, operand: inner, range }: UnaryExpression, evaluation: Evaluation): Value {
  const value = operand(compute(inner, evaluation), inner, operator === '-' ? numberType : boolType, evaluation);
  if (value.kind === 'null') refuse(evaluation, range, 'Operation failed', 'The operand is null.');
  return operator === '-' ? minus(value) : not(value);
}

function object({ items }: ObjectExpression, evaluation: Evaluation): Value {
  const entries: [string, Value][] = [];
  let known = true;
  for (const item of items) {
    const key = item.name === undefined ? objectKey(item.key, evaluation) : stringValue(item.name);
    const value = compute(item.value, evaluation);
    const name = keyText(key, item, evaluation);
    if (name === undefined) known = false;
    else entries.push([name, value]);
  }
  return known ? objectValue(entries) : unknown;
}

function objectKey(key: Expression, evaluation: Evaluation): Value {
  if (key.kind !== 'reference' || key.traversal.steps.length === 0) return compute(key, evaluation);
  const remedy = `for a value, write (${key.source}) = …; for a key with dots, "${key.source}" = …`;
  return refuse(evaluation, key.range, 'Ambiguous attribute key', 'A key with steps could be a reference or a name.', {
    remedy,
  });
}

/** The text of a key; undefined when it is not known, or is none, which is reported. */
function keyText(result: Value, { key, value }: ObjectItem, evaluation: Evaluation): string | undefined {
  if (result.kind === 'null') {
    refuse(evaluation, value.range, 'Null value as key', 'A key must not be null.', { context: key.range });
    return undefined;
  }
  const text = convert(result, stringType);
  if (!isFailure(text)) return text.kind === 'string' ? text.value : undefined;
  refuse(evaluation, key.range, 'Incorrect key type', `This cannot be a key: ${text.failure}.`);
  return undefined;
}
