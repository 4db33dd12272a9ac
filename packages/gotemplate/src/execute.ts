import { type Evaluation, evaluatePipeline, setVariable } from './expressions.ts';
import { printValue } from './format/print.ts';
import type { BranchNode, Definitions, Statement, TemplateNode } from './nodes.ts';
import { Scope } from './scope.ts';
import { entries, isTrue, items, kindOf, typeName } from './values.ts';

/** Templates may call themselves; deeper than this is a loop, not a template. */
const MAX_DEPTH = 1_000;

/** How a list of statements ended; `break` and `continue` travel up to the range. */
type Outcome = 'done' | 'break' | 'continue';

export type Execution = {
  readonly definitions: Definitions;
  /** The evaluation of a named template: its errors carry that name. */
  readonly evaluationOf: (name: string) => Evaluation;
  readonly write: (text: string) => void;
  /** Called at each statement and each turn of a loop: throws when there were too many. */
  readonly step: (offset: number, on: Evaluation) => void;
};

type Frame = { readonly run: Execution; readonly on: Evaluation; readonly depth: number };

/** Runs the template called `name` on `data`. */
export function execute(name: string, data: unknown, run: Execution, depth = 0): void {
  const body = run.definitions.get(name) ?? [];
  statements(body, Scope.of(data), { run, on: run.evaluationOf(name), depth });
}

function statements(body: readonly Statement[], scope: Scope, frame: Frame): Outcome {
  for (const statement of body) {
    const outcome = perform(statement, scope, frame);
    if (outcome !== 'done') return outcome;
  }
  return 'done';
}

function perform(statement: Statement, scope: Scope, frame: Frame): Outcome {
  frame.run.step(statement.offset, frame.on);
  switch (statement.type) {
    case 'text':
      frame.run.write(statement.text);
      return 'done';
    case 'action': {
      const value = evaluatePipeline(statement.pipe, scope, frame.on);
      if (statement.pipe.variables.length === 0) frame.run.write(printable(value, statement.offset, frame));
      return 'done';
    }
    case 'if':
    case 'with':
      return choose(statement, scope.nested(), frame);
    case 'range':
      return range(statement, scope.nested(), frame);
    case 'template':
      callTemplate(statement, scope, frame);
      return 'done';
    default:
      return statement.type;
  }
}

function printable(value: unknown, offset: number, frame: Frame): string {
  if (kindOf(value) === 'func') throw frame.on.fail(offset, `can't print a value of type ${typeName(value)}`);
  return printValue(value);
}

function choose(node: BranchNode, scope: Scope, frame: Frame): Outcome {
  const value = evaluatePipeline(node.pipe, scope, frame.on);
  if (!isTrue(value)) return statements(node.otherwise ?? [], scope, frame);
  return statements(node.body, node.type === 'with' ? scope.nested(value) : scope, frame);
}

function range(node: BranchNode, scope: Scope, frame: Frame): Outcome {
  const value = evaluatePipeline({ ...node.pipe, variables: [] }, scope, frame.on);
  const { keys, items: turns } = elements(value, node, frame);
  if (turns.length === 0) return statements(node.otherwise ?? [], scope, frame);
  for (let turn = 0; turn < turns.length; turn += 1) {
    frame.run.step(node.offset, frame.on);
    const inner = scope.nested(turns[turn]);
    setLoopVariables(node, inner, keys === undefined ? turn : keys[turn], turns[turn], frame);
    if (statements(node.body, inner, frame) === 'break') break;
  }
  return 'done';
}

/** One variable takes the element, two take index or key and the element. */
function setLoopVariables({ pipe }: BranchNode, scope: Scope, key: unknown, item: unknown, { on }: Frame): void {
  const [first, second] = pipe.variables;
  if (first !== undefined) setVariable(pipe, first, second === undefined ? item : key, scope, on);
  if (second !== undefined) setVariable(pipe, second, item, scope, on);
}

/** What a range goes through; the keys of a list are its indexes. */
type Turns = { readonly keys?: readonly unknown[]; readonly items: readonly unknown[] };

function elements(value: unknown, node: BranchNode, frame: Frame): Turns {
  switch (kindOf(value)) {
    case 'list':
      return { items: items(value) };
    case 'map': {
      const pairs = entries(value);
      return { keys: pairs.map(([key]) => key), items: pairs.map(([, item]) => item) };
    }
    case 'invalid':
    case 'nil':
      return { items: [] };
    default: {
      const at = node.pipe.commands.at(-1)?.operands[0]?.offset ?? node.pipe.offset;
      throw frame.on.fail(at, `range can't iterate over ${printValue(value)}`);
    }
  }
}

function callTemplate(node: TemplateNode, scope: Scope, frame: Frame): void {
  const { run, on, depth } = frame;
  if (!run.definitions.has(node.name)) throw on.fail(node.offset, `template ${JSON.stringify(node.name)} not defined`);
  if (depth >= MAX_DEPTH) throw on.fail(node.offset, `exceeded maximum template depth (${MAX_DEPTH})`);
  // Without a pipeline the called template has no data at all, not nil.
  const data = node.pipe === undefined ? undefined : evaluatePipeline(node.pipe, scope.nested(), on);
  execute(node.name, data, run, depth + 1);
}
