import type { CallExpression, Expression } from './ast.ts';
import { convert, isFailure } from './convert.ts';
import { type Diagnostic, hasErrors } from './diagnostic.ts';
import { type Evaluation, refuse, withArticle } from './evaluation.ts';
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
import { isWhollyKnown, unknown, type Value } from './values.ts';

/** A value for a parameter, with the place that it came from. */
type Argument = { value: Value; range: Range };

export function callFunction(call: CallExpression, evaluation: Evaluation): Value {
  const found = findFunction(evaluation.scope, call.name);
  if (!found) return unknownFunction(call, evaluation);
  return found.kind === 'lazy' ? callLazily(call, found, evaluation) : callEagerly(call, found, evaluation);
}

function unknownFunction({ name, nameRange }: CallExpression, evaluation: Evaluation): Value {
  const near = suggest(name, functionNames(evaluation.scope));
  const more = near ? { remedy: `did you mean ${near}?` } : {};
  return refuse(evaluation, nameRange, 'Call to unknown function', `There is no function named "${name}".`, more);
}

function callEagerly(call: CallExpression, target: EagerFunction, evaluation: Evaluation): Value {
  const before = evaluation.diagnostics.length;
  const given = evaluateArguments(call, evaluation);
  if (
    !given ||
    !countFits(
      call,
      target,
      given.map((argument) => argument.range),
      evaluation,
    )
  )
    return unknown;
  const values = given.map((argument, i) =>
    toParameter(call, argument, (target.params[i] ?? target.variadic)!, evaluation),
  );
  if (hasErrors(evaluation.diagnostics.slice(before))) return unknown;
  if (values.some((value, i) => !isWhollyKnown(value) && !(target.params[i] ?? target.variadic)!.allowUnknown))
    return unknown;
  return guarded(call, given, evaluation, () => target.call(values));
}

function evaluateArguments(call: CallExpression, evaluation: Evaluation): Argument[] | undefined {
  const last = call.args.length - 1;
  const given: Argument[] = [];
  for (const [i, expression] of call.args.entries()) {
    const value = evaluation.compute(expression, evaluation);
    const range = startRange(expression);
    if (!call.expand || i < last) given.push({ value, range });
    else if (value.kind === 'tuple' || value.kind === 'list' || value.kind === 'set') {
      given.push(...value.items.map((item) => ({ value: item, range })));
    } else return notExpandable(value, expression.range, evaluation);
  }
  return given;
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
      return startRange(expression.source);
    case 'binary':
      return startRange(expression.left);
    case 'conditional':
      return startRange(expression.condition);
    default:
      return expression.range;
  }
}

type Signature = Pick<HclFunction, 'params' | 'variadic'>;

function countFits(
  call: CallExpression,
  { params, variadic }: Signature,
  ranges: readonly Range[],
  evaluation: Evaluation,
): boolean {
  const count = ranges.length;
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
  const range = rangeBetween(ranges[params.length]!, ranges.at(-1)!);
  const detail = `The function "${call.name}" takes ${plural(params.length, 'argument')}, not ${count}.`;
  refuse(evaluation, range, 'Too many function arguments', detail, { context: call.range, remedy: `usage: ${usage}` });
  return false;
}

function plural(count: number, word: string): string {
  return count === 1 ? `1 ${word}` : `${count} ${word}s`;
}

function toParameter({ name, range }: CallExpression, argument: Argument, param: Param, evaluation: Evaluation): Value {
  const converted = convert(argument.value, param.type);
  const complain = (reason: string) =>
    refuse(
      evaluation,
      argument.range,
      'Invalid function argument',
      `Invalid value for "${param.name}" of ${name}: ${reason}.`,
      {
        context: range,
      },
    );
  if (isFailure(converted))
    return complain(converted.path ? `${converted.path}: ${converted.failure}` : converted.failure);
  return converted.kind === 'null' && !param.allowNull ? complain('it must not be null') : converted;
}

function callLazily(call: CallExpression, target: LazyFunction, evaluation: Evaluation): Value {
  const given = call.args.map((expression) => ({ range: startRange(expression) }));
  if (
    !countFits(
      call,
      target,
      given.map(({ range }) => range),
      evaluation,
    )
  )
    return unknown;
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
    return run();
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
