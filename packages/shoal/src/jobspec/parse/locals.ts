import { type Attribute, type Block, evaluate, justAttributes, objectValue, type Scope, type Value } from '@shoal/hcl';
import type { Reading } from './context.ts';
import { referencesIn } from './references.ts';

/**
 * The values of all `locals` blocks. They may refer to each other in any order; one that refers to itself, over others or
 * not, does not see itself. A name that is defined twice has its last value.
 */
export function readLocals(blocks: readonly Block[], scope: Scope, reading: Reading): Value {
  const definitions = new Map<string, Attribute>();
  for (const block of blocks) {
    const { attributes, diagnostics } = justAttributes(block.body);
    reading.diagnostics.push(...diagnostics);
    for (const [name, attribute] of attributes) definitions.set(name, attribute);
  }
  return evaluateLocals(definitions, scope, reading);
}

function evaluateLocals(definitions: ReadonlyMap<string, Attribute>, scope: Scope, reading: Reading): Value {
  const values = new Map<string, Value>();
  const visited = new Set<string>();
  const compute = (name: string, attribute: Attribute, needed: readonly string[]) => {
    // Only what it names: an object of all of them for each would take long where there are many.
    const seen = needed.every((other) => values.has(other)) && !namesAll(attribute) ? new Set(needed) : values.keys();
    const visible = [...seen].map((other) => [other, values.get(other) as Value] as const);
    const { value, diagnostics } = evaluate(attribute.expression, withLocals(scope, objectValue(visible)));
    reading.diagnostics.push(...diagnostics);
    values.set(name, value);
  };
  // A stack of its own: chains may be longer than that of the program is deep.
  const visit = (first: string) => {
    const open = [first];
    for (let name = open.at(-1); name !== undefined; name = open.at(-1)) {
      const attribute = definitions.get(name) as Attribute;
      const needed = localsIn(attribute).filter((other) => definitions.has(other));
      const next = visited.has(name) ? undefined : needed.filter((other) => !visited.has(other) && other !== name);
      visited.add(name);
      if (next !== undefined && next.length > 0) open.push(...next.reverse());
      else {
        open.pop();
        if (!values.has(name)) compute(name, attribute, localsIn(attribute));
      }
    }
  };
  for (const name of definitions.keys()) visit(name);
  return objectValue(values);
}

export function withLocals(scope: Scope, locals: Value): Scope {
  return { variables: new Map([['local', locals]]), functions: new Map(), parent: scope };
}

/** Whether it has a use for all locals, or for one whose name is calculated. */
function namesAll(attribute: Attribute): boolean {
  return referencesIn(attribute.expression).some(({ root, steps: [first] }) => {
    if (root !== 'local') return false;
    return first?.kind !== 'attribute' && !(first?.kind === 'index' && first.key.kind === 'literal');
  });
}

/** `local.name` and `local["name"]`. */
function localsIn(attribute: Attribute): string[] {
  return referencesIn(attribute.expression).flatMap(({ root, steps: [first] }) => {
    if (root !== 'local' || first === undefined) return [];
    if (first.kind === 'attribute') return [first.name];
    return first.key.kind === 'literal' && first.key.value.kind === 'string' ? [first.key.value.value] : [];
  });
}
