import { FunctionError, TemplateError } from './errors.ts';
import type { Parameter, TemplateFunction } from './functions.ts';
import { nearest } from './nearest.ts';
import type { Command, Operand, Pipeline } from './nodes.ts';
import type { Scope } from './scope.ts';
import {
  element,
  elementType,
  isTrue,
  keyType,
  kindOf,
  Method,
  Struct,
  structFields,
  Typed,
  typeName,
  zeroOf,
} from './values.ts';

/** What a key that a map does not hold is worth: Go's `missingkey` option. */
export type MissingKey = 'default' | 'zero' | 'error';

/** What evaluation needs beside the data: made once per rendering. */
export type Evaluation = {
  readonly functions: ReadonlyMap<string, TemplateFunction>;
  readonly missingKey: MissingKey;
  /** The longest text that a function may make. */
  readonly maxText: number;
  /** Turns a reason into the error of the template's place. */
  readonly fail: (offset: number, reason: string, cause?: unknown, remedy?: string) => TemplateError;
};

const NOTHING = Symbol('no final argument');

/** Evaluates a pipeline and sets its variables: each command's value is the next one's last argument. */
export function evaluatePipeline(pipe: Pipeline, scope: Scope, on: Evaluation): unknown {
  let value: unknown = NOTHING;
  for (const command of pipe.commands) {
    value = evaluateCommand(command, value, scope, on);
    // What is in an interface is looked at; in an empty one there is nothing.
    if (value === null) value = undefined;
  }
  for (const name of pipe.variables) setVariable(pipe, name, value, scope, on);
  return value === NOTHING ? undefined : value;
}

/** Declares or assigns one of the pipeline's variables. */
export function setVariable(pipe: Pipeline, name: string, value: unknown, scope: Scope, on: Evaluation): void {
  const at = pipe.commands.at(-1)?.operands[0]?.offset ?? pipe.offset;
  if (!pipe.assigns) scope.declare(name, value);
  else if (!scope.assign(name, value)) throw on.fail(at, `undefined variable: ${name}`);
}

function evaluateCommand(command: Command, final: unknown, scope: Scope, on: Evaluation): unknown {
  const first = command.operands[0];
  if (first === undefined) throw on.fail(command.offset, 'empty command');
  if (first.type === 'identifier') return callNamed(first.name, command, final, scope, on);
  if (first.type === 'nil') throw on.fail(first.offset, 'nil is not a command');
  const hasArguments = command.operands.length > 1 || final !== NOTHING;
  const takesArguments = first.type === 'field' || first.type === 'chain' || first.type === 'variable';
  if (hasArguments && takesArguments) return callField(first, command, final, scope, on);
  if (hasArguments) throw on.fail(first.offset, `can't give argument to non-function ${command.text}`);
  const value = evaluateOperand(first, scope, on);
  return value instanceof Method ? callMethod(value, command, NOTHING, scope, on) : value;
}

/** A field with arguments is a call of the function that it holds, as of a method in Go. */
function callField(first: Operand, command: Command, final: unknown, scope: Scope, on: Evaluation): unknown {
  const method = evaluateOperand(first, scope, on);
  if (method instanceof Method) return callMethod(method, command, final, scope, on);
  const name = nameOf(command);
  if (typeof method !== 'function') {
    throw on.fail(first.offset, `${name} has arguments but cannot be invoked as function`);
  }
  return invoke(name, (...args) => method(...args), command, argumentsOf(command, final, scope, on), on);
}

function callMethod({ entry }: Method, command: Command, final: unknown, scope: Scope, on: Evaluation): unknown {
  const name = nameOf(command);
  const at = { ...command, offset: command.operands[0]?.offset ?? command.offset };
  const args = argumentsOf(command, final, scope, on);
  checkCount(name, entry, args.length, at, on);
  checkTypes(entry, args, at, on);
  return invoke(name, entry.call, at, args, on);
}

function nameOf(command: Command): string {
  const end = command.text.search(/\s/);
  return end < 0 ? command.text : command.text.slice(0, end);
}

function callNamed(name: string, command: Command, final: unknown, scope: Scope, on: Evaluation): unknown {
  const entry = on.functions.get(name);
  if (entry === undefined) throw on.fail(command.offset, `${JSON.stringify(name)} is not a defined function`);
  checkCount(name, entry, command.operands.length - (final === NOTHING ? 1 : 0), command, on);
  if (name === 'and' || name === 'or') return shortCircuit(name === 'or', command, final, scope, on);
  const args = argumentsOf(command, final, scope, on);
  checkTypes(entry, args, command, on);
  return invoke(name, entry.call, command, args, on);
}

/** The values of a command's operands but the first, which is what is called. */
function argumentsOf({ operands }: Command, final: unknown, scope: Scope, on: Evaluation): unknown[] {
  const args: unknown[] = [];
  for (let at = 1; at < operands.length; at += 1) args.push(evaluateArgument(operands[at] as Operand, scope, on));
  if (final !== NOTHING) args.push(final);
  return args;
}

function invoke(
  name: string,
  call: TemplateFunction['call'],
  command: Command,
  args: readonly unknown[],
  on: Evaluation,
): unknown {
  try {
    const value = call(...args);
    if (typeof value === 'string' && value.length > on.maxText) {
      throw new FunctionError(`the text that it makes is longer than ${on.maxText} characters`);
    }
    return value;
  } catch (error) {
    if (error instanceof TemplateError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw on.fail(command.offset, `error calling ${name}: ${reason}`, error);
  }
}

function checkCount(name: string, entry: TemplateFunction, got: number, command: Command, on: Evaluation): void {
  const min = entry.min ?? 0;
  const max = entry.max ?? Number.POSITIVE_INFINITY;
  if (got >= min && got <= max) return;
  const want = min === max ? String(min) : `at least ${min}`;
  throw on.fail(command.offset, `wrong number of args for ${name}: want ${want} got ${got}`);
}

/** A wrong type is an error at the argument, not at the call. */
function checkTypes(entry: TemplateFunction, args: readonly unknown[], command: Command, on: Evaluation): void {
  const { params } = entry;
  if (params === undefined) return;
  const count = Math.min(params.length, args.length);
  for (let index = 0; index < count; index += 1) {
    const value = args[index];
    const want = params[index] as Parameter;
    if (fits(value, want)) continue;
    // A piped value has no place of its own: Go names the last that it looked at.
    const operand = command.operands[index + 1] ?? command.operands.at(-1);
    const offset = operand === undefined ? command.offset : lastLooked(operand);
    throw on.fail(offset, `wrong type for value; expected ${want}; got ${typeName(value)}`);
  }
}

function fits(value: unknown, want: Parameter): boolean {
  if (want === 'any' || kindOf(value) === want) return true;
  return want.includes('[') && (value === null || value === undefined || typeName(value) === want);
}

function lastLooked(operand: Operand): number {
  if (operand.type !== 'pipe') return operand.offset;
  const last = operand.commands.at(-1)?.operands.at(-1);
  return last === undefined ? operand.offset : lastLooked(last);
}

/** `and` and `or` stop at the first argument that decides (Go 1.18). */
function shortCircuit(stopAt: boolean, command: Command, final: unknown, scope: Scope, on: Evaluation): unknown {
  let value: unknown;
  for (const operand of command.operands.slice(1)) {
    value = evaluateArgument(operand, scope, on);
    if (isTrue(value) === stopAt) return value;
  }
  return final === NOTHING ? value : final;
}

function evaluateArgument(operand: Operand, scope: Scope, on: Evaluation): unknown {
  // A function named as an argument is called without arguments.
  if (operand.type === 'identifier') {
    const command: Command = { operands: [operand], offset: operand.offset, text: operand.name };
    return callNamed(operand.name, command, NOTHING, scope, on);
  }
  const value = evaluateOperand(operand, scope, on);
  return value instanceof Method ? called(value, lastName(operand), operand, scope, on) : value;
}

/** A method that is named where it cannot have arguments. */
function called(method: Method, name: string, operand: Operand, scope: Scope, on: Evaluation): unknown {
  const command: Command = { operands: [operand], offset: operand.offset, text: name };
  return callMethod(method, command, NOTHING, scope, on);
}

function lastName(operand: Operand): string {
  return ('names' in operand && operand.names.at(-1)) || 'method';
}

function evaluateOperand(operand: Operand, scope: Scope, on: Evaluation): unknown {
  switch (operand.type) {
    case 'dot':
      return scope.dot;
    case 'nil':
      return null;
    case 'bool':
    case 'number':
    case 'string':
      return operand.value;
    case 'field':
      return fields(scope.dot, operand, scope, on);
    case 'variable':
      return fields(variable(operand.name, operand.offset, scope, on), operand, scope, on);
    case 'chain':
      return fields(evaluateArgument(operand.of, scope, on), operand, scope, on);
    case 'pipe':
      return evaluatePipeline(operand, scope, on);
    case 'identifier':
      return evaluateArgument(operand, scope, on);
  }
}

function variable(name: string, offset: number, scope: Scope, on: Evaluation): unknown {
  const found = scope.lookup(name);
  if (found === undefined) throw on.fail(offset, `undefined variable: ${name}`);
  return found.value;
}

/** Methods on the way are called: `.Parent.Path`. The last one may be given arguments. */
function fields(
  start: unknown,
  operand: Extract<Operand, { readonly names: readonly string[] }>,
  scope: Scope,
  on: Evaluation,
): unknown {
  let value = start;
  let before = '';
  for (const name of operand.names) {
    if (value instanceof Method) value = called(value, before, operand, scope, on);
    value = field(value, name, operand.offset, on);
    before = name;
  }
  return value;
}

function field(of: unknown, name: string, offset: number, on: Evaluation): unknown {
  if (of instanceof Struct) return structField(of, name, offset, on);
  const kind = kindOf(of);
  const method = methodOf(of, name);
  if (method !== undefined) return method;
  if (kind === 'invalid') {
    if (on.missingKey === 'error') throw on.fail(offset, `nil data; no entry for key ${JSON.stringify(name)}`);
    return undefined;
  }
  if (kind === 'nil') throw on.fail(offset, `nil pointer evaluating interface {}.${name}`);
  if (kind === 'struct') return structField(of, name, offset, on);
  if (kind !== 'map' || !TEXT_KEYS.includes(keyType(of))) {
    throw on.fail(offset, `can't evaluate field ${name} in type ${typeName(of)}`);
  }
  const value = element(of, name);
  return value === undefined ? missing(of, name, offset, on) : value;
}

function methodOf(of: unknown, name: string): Method | undefined {
  if (!(of instanceof Typed) || of.methods === undefined || !Object.hasOwn(of.methods, name)) return undefined;
  return of.methods[name]?.(of);
}

const TEXT_KEYS: readonly string[] = ['string', 'interface {}'];

function structField(of: unknown, name: string, offset: number, on: Evaluation): unknown {
  const value = element(of, name);
  if (value !== undefined) return value;
  const reason = `can't evaluate field ${name} in type ${typeName(of)}`;
  const known = structFields(of).map(([field]) => field);
  throw on.fail(offset, reason, undefined, fieldRemedy(name, known));
}

function fieldRemedy(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant === undefined ? `there are .${known.join(', .')}` : `did you mean .${meant}?`;
}

function missing(of: unknown, name: string, offset: number, on: Evaluation): unknown {
  if (on.missingKey === 'error') throw on.fail(offset, `map has no entry for key ${JSON.stringify(name)}`);
  return on.missingKey === 'zero' ? zeroOf(elementType(of)) : undefined;
}
