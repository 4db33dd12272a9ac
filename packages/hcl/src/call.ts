import type { AccessExpression, CallExpression, Expression } from './ast.ts';
import { convert, isFailure } from './convert.ts';
import { type Diagnostic, hasErrors } from './diagnostic.ts';
import {
  chargeText,
  chargeValues,
  type Evaluation,
  EvaluationLimit,
  refuse,
  TOO_MUCH,
  withArticle,
} from './evaluation.ts';
import {
  type EagerFunction,
  FunctionError,
  type HclFunction,
  type LazyFunction,
  type Param,
} from './functions/function.ts';
import { type Range, rangeBetween } from './position.ts';
import { findFunction, functionNames } from './scope.ts';
import { suggest } from './suggest.ts';
import { MAX_TEXT, TOO_LONG } from './text-limit.ts';
import { isWhollyKnown, unknown, type Value } from './values.ts';

/** What a parameter gets, not evaluated before its turn, with the place that it comes from. */
type Argument = { value: () => Value; range: Range };

export function callFunction(call: CallExpression, evaluation: Evaluation): Value {
  const found = findFunction(evaluation.scope, call.name);
  if (!found) return unknownFunction(call, evaluation);
  return found.kind === 'lazy' ? callLazily(call, found, evaluation) : callEagerly(call, found, evaluation);
}

/** What other programs that read HCL have, and how it is said with the functions that there are. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  tostring: 'write convert(value, string)',
  tonumber: 'write convert(value, number)',
  tobool: 'write convert(value, bool)',
  tolist: 'write convert(value, list(string))',
  toset: 'write convert(value, set(string))',
  tomap: 'write convert(value, map(string))',
  strcontains: 'write regex("part", text) within can(…)',
  regexall: 'write regex(pattern, text) for the first match',
  env: 'declare a variable, and give it its value from outside',
  one: 'write list[0]',
  sensitive: 'write the value as it is: nothing is hidden',
  nonsensitive: 'write the value as it is: nothing is hidden',
};

function unknownFunction({ name, nameRange }: CallExpression, evaluation: Evaluation): Value {
  const near = suggest(name, functionNames(evaluation.scope));
  const elsewhere = Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : undefined;
  const remedy = elsewhere ?? (near && `did you mean ${near}?`);
  const more = remedy === undefined ? {} : { remedy };
  return refuse(evaluation, nameRange, 'Call to unknown function', `There is no function named "${name}".`, more);
}

function callEagerly(call: CallExpression, target: EagerFunction, evaluation: Evaluation): Value {
  const given = argumentsOf(call, evaluation);
  if (!given || !countFits(call, target, given, evaluation)) return unknown;
  const before = evaluation.diagnostics.length;
  const params = given.map((_, i) => (target.params[i] ?? target.variadic)!);
  const values = given.map((argument, i) => toParameter(call, argument, params[i]!, evaluation));
  if (hasErrors(evaluation.diagnostics.slice(before))) return unknown;
  chargeValues(evaluation, values);
  if (!noneIsNull(call, given, values, params, evaluation)) return unknown;
  if (values.some((value, i) => !params[i]!.allowUnknown && !isWhollyKnown(value))) return unknown;
  return guarded(call, given, evaluation, () => {
    evaluation.budget.left -= target.steps?.(values) ?? 0;
    if (evaluation.budget.left < 0) throw new EvaluationLimit(TOO_MUCH);
    return target.call(values);
  });
}

function argumentsOf(call: CallExpression, evaluation: Evaluation): Argument[] | undefined {
  const given = call.args.map((expression) => ({
    value: () => evaluation.compute(expression, evaluation),
    range: startRange(expression),
  }));
  const last = call.expand ? given.pop() : undefined;
  if (!last) return given;
  const list = last.value();
  if (list.kind !== 'tuple' && list.kind !== 'list' && list.kind !== 'set') {
    return notExpandable(list, call.args.at(-1)!.range, evaluation);
  }
  const { range } = call.args.at(-1)!;
  return [...given, ...list.items.map((item) => ({ value: () => item, range }))];
}

function notExpandable(value: Value, range: Range, evaluation: Evaluation): undefined {
  if (value.kind === 'unknown') return;
  const detail = `Before "..." a list, set or tuple is needed, not ${withArticle(value)}.`;
  refuse(evaluation, range, 'Invalid expanding argument value', detail);
}

/**
 * The part that an expression begins with: mistakes in an argument are shown there. For a quoted string that is its
 * text, not the quote.
 */
function startRange(expression: Expression): Range {
  switch (expression.kind) {
    case 'template':
      return startRange(expression.parts[0] ?? { kind: 'invalid', range: expression.range });
    case 'access':
      return startOfAccess(expression);
    case 'parentheses':
      return startRange(expression.inner);
    case 'binary':
      return startRange(expression.left);
    case 'conditional':
      return startRange(expression.condition);
    default:
      return expression.range;
  }
}

/** A splat begins at its mark, and a computed index at its bracket; names and written indexes belong to what is before them. */
function startOfAccess({ source, steps, range }: AccessExpression): Range {
  const last = steps.at(-1);
  if (last?.kind === 'splat') return last.range;
  if (last?.kind === 'index' && !isWritten(last.key)) return last.range;
  return source.kind === 'parentheses' ? range : startRange(source);
}

function isWritten(key: Expression): boolean {
  return key.kind === 'literal' || (key.kind === 'template' && key.parts.every(({ kind }) => kind === 'literal'));
}

type Signature = Pick<HclFunction, 'params' | 'variadic'>;

function countFits(
  call: CallExpression,
  { params, variadic }: Signature,
  given: readonly { range: Range }[],
  evaluation: Evaluation,
): boolean {
  const count = given.length;
  const usage = `${call.name}(${[...params.map((p) => p.name), ...(variadic ? [`${variadic.name}...`] : [])].join(', ')})`;
  if (count < params.length) {
    const missing = params[count]!.name;
    const detail = `The function "${call.name}" needs ${plural(params.length, 'argument')}; "${missing}" is missing.`;
    refuse(evaluation, call.closeRange, 'Not enough function arguments', detail, {
      context: call.range,
      remedy: `usage: ${usage}`,
    });
    return false;
  }
  if (variadic || count === params.length) return true;
  const range = rangeBetween(given[params.length]!.range, given.at(-1)!.range);
  const detail = `The function "${call.name}" takes ${plural(params.length, 'argument')}, not ${count}.`;
  refuse(evaluation, range, 'Too many function arguments', detail, { context: call.range, remedy: `usage: ${usage}` });
  return false;
}

function plural(count: number, word: string): string {
  return count === 1 ? `1 ${word}` : `${count} ${word}s`;
}

function toParameter({ name, range }: CallExpression, given: Argument, param: Param, evaluation: Evaluation): Value {
  const converted = convert(given.value(), param.type);
  if (!isFailure(converted)) return converted;
  const reason = converted.path ? `${converted.path}: ${converted.failure}` : converted.failure;
  const detail = `Invalid value for "${param.name}" of ${name}: ${reason}.`;
  return refuse(evaluation, given.range, 'Invalid function argument', detail, { context: range });
}

function noneIsNull(
  { name, range }: CallExpression,
  given: readonly Argument[],
  values: readonly Value[],
  params: readonly Param[],
  evaluation: Evaluation,
): boolean {
  const at = values.findIndex((value, i) => value.kind === 'null' && !params[i]!.allowNull);
  if (at < 0) return true;
  const detail = `Invalid value for "${params[at]!.name}" of ${name}: it must not be null.`;
  refuse(evaluation, given[at]!.range, 'Invalid function argument', detail, { context: range });
  return false;
}

function callLazily(call: CallExpression, target: LazyFunction, evaluation: Evaluation): Value {
  const given = call.args.map((expression) => ({ range: startRange(expression) }));
  if (!countFits(call, target, given, evaluation)) return unknown;
  const args = call.args.map((expression) => ({ expression, evaluate: () => apart(expression, evaluation) }));
  return guarded(call, given, evaluation, () => target.call(args));
}

/** Evaluates without telling the mistakes to anyone but the function. */
function apart(expression: Expression, evaluation: Evaluation): { value: Value; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  return { value: evaluation.compute(expression, { ...evaluation, diagnostics }), diagnostics };
}

function guarded(
  call: CallExpression,
  given: readonly { range: Range }[],
  evaluation: Evaluation,
  run: () => Value,
): Value {
  try {
    const value = run();
    if (value.kind === 'string') {
      if (value.value.length > MAX_TEXT) throw new FunctionError(TOO_LONG);
      chargeText(evaluation, value.value.length);
    }
    return value;
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    return report(call, given, error, evaluation);
  }
}

function report(
  { name, range }: CallExpression,
  given: readonly { range: Range }[],
  error: FunctionError,
  evaluation: Evaluation,
): Value {
  if (error.diagnostics.length > 0) {
    evaluation.diagnostics.push(...error.diagnostics);
    return unknown;
  }
  const guilty = error.argument === undefined ? undefined : given[error.argument]?.range;
  if (!guilty) return refuse(evaluation, range, 'Error in function call', `${name} failed: ${error.message}.`);
  return refuse(evaluation, guilty, 'Invalid function argument', `Invalid argument of ${name}: ${error.message}.`, {
    context: range,
  });
}
