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
  const visit = (name: string, attribute: Attribute) => {
    if (visited.has(name)) return;
    visited.add(name);
    for (const needed of localsIn(attribute)) {
      const definition = definitions.get(needed);
      if (definition) visit(needed, definition);
    }
    const { value, diagnostics } = evaluate(attribute.expression, withLocals(scope, objectValue(values)));
    reading.diagnostics.push(...diagnostics);
    values.set(name, value);
  };
  for (const [name, attribute] of definitions) visit(name, attribute);
  return objectValue(values);
}

export function withLocals(scope: Scope, locals: Value): Scope {
  return { variables: new Map([['local', locals]]), functions: new Map(), parent: scope };
}

/** `local.name` and `local["name"]`. */
function localsIn(attribute: Attribute): string[] {
  return referencesIn(attribute.expression).flatMap(({ root, steps: [first] }) => {
    if (root !== 'local' || first === undefined) return [];
    if (first.kind === 'attribute') return [first.name];
    return first.key.kind === 'literal' && first.key.value.kind === 'string' ? [first.key.value.value] : [];
  });
}
