import type { Expression, Step, Traversal } from '@shoal/hcl';

/** Every reference in an expression, those inside templates, calls and loops too. */
export function referencesIn(expression: Expression): Traversal[] {
  switch (expression.kind) {
    case 'reference':
      return [expression.traversal, ...inSteps(expression.traversal.steps)];
    case 'template':
      return all(expression.parts);
    case 'interpolation':
    case 'parentheses':
      return referencesIn(expression.inner);
    case 'join':
      return referencesIn(expression.each);
    case 'access':
      return [...referencesIn(expression.source), ...inSteps(expression.steps)];
    case 'call':
      return all(expression.args);
    case 'conditional':
      return all([expression.condition, expression.whenTrue, expression.whenFalse]);
    case 'binary':
      return all([expression.left, expression.right]);
    case 'unary':
      return referencesIn(expression.operand);
    case 'tuple':
      return all(expression.items);
    case 'object':
      return all(expression.items.flatMap(({ key, value }) => [key, value]));
    case 'for':
      return all([expression.collection, expression.key, expression.value, expression.condition]);
    case 'literal':
    case 'invalid':
      return [];
  }
}

function all(expressions: readonly (Expression | undefined)[]): Traversal[] {
  return expressions.flatMap((each) => (each === undefined ? [] : referencesIn(each)));
}

function inSteps(steps: readonly Step[]): Traversal[] {
  return steps.flatMap((step) => {
    if (step.kind === 'index') return referencesIn(step.key);
    return step.kind === 'splat' ? inSteps(step.steps) : [];
  });
}
