import { expect, test } from 'vitest';
import { constraintCheck } from '../../../src/scheduler/feasible/operators.ts';
import { aNode } from '../support/builders.ts';

const node = aNode({
  ID: 'abc',
  Name: 'web-1',
  Datacenter: 'dc1',
  NodeClass: 'large',
  Attributes: {
    'kernel.name': 'linux',
    'kernel.version': '5.10.0-8-amd64',
    'cpu.numcores': '10',
    'os.version': '11',
    'app.version': 'v1.2.3',
    'app.beta': '1.3.0-beta1',
    tags: 'a, b,c',
    empty: '',
  },
  Meta: { rack: 'r1' },
});

const A = (name: string) => `\${attr.${name}}`;

test.each([
  // [left, operator, right, want]
  [A('kernel.name'), '=', 'linux', true],
  [A('kernel.name'), '==', 'linux', true],
  [A('kernel.name'), 'is', 'linux', true],
  [A('kernel.name'), '', 'linux', true],
  [A('kernel.name'), '=', 'Linux', false],
  [A('none'), '=', '', false],
  [A('empty'), '=', '', true],
  [A('kernel.name'), '!=', 'windows', true],
  [A('kernel.name'), 'not', 'linux', false],
  [A('none'), '!=', 'linux', true],
  ['${node.unique.id}', '=', 'abc', true],
  ['${node.unique.name}', '=', 'web-1', true],
  ['${node.datacenter}', '=', 'dc1', true],
  ['${node.class}', '=', 'large', true],
  ['${node.pool}', '=', 'default', true],
  ['${meta.rack}', '=', 'r1', true],
  ['${meta.none}', 'is_set', '', false],
  ['${something}', 'is_set', '', false],
  ['linux', '=', A('kernel.name'), true],
  [A('cpu.numcores'), '>', '9', true],
  [A('cpu.numcores'), '>=', '10', true],
  [A('cpu.numcores'), '<', '9.5', false],
  [A('cpu.numcores'), '<=', '10.0', true],
  [A('kernel.name'), '<', 'm', true],
  [A('kernel.name'), '>', 'm', false],
  [A('none'), '<', 'm', false],
  [A('kernel.version'), 'regexp', '^5\\.1', true],
  [A('kernel.version'), 'regexp', '(?i)AMD64$', true],
  [A('kernel.version'), 'regexp', '(', false],
  [A('kernel.version'), 'regexp', '\\d+\\-8', true],
  [A('none'), 'regexp', '.*', false],
  [A('app.version'), 'version', '>= 1.2, < 2', true],
  [A('app.version'), 'version', '> 1.2.3', false],
  [A('app.version'), 'version', '~> 1.2', true],
  [A('app.version'), 'version', '~> 1.2.4', false],
  [A('app.version'), 'version', '~> 1.1.0', false],
  [A('app.version'), 'version', '!= 1.2.3', false],
  [A('os.version'), 'version', '>= 10', true],
  [A('app.beta'), 'version', '>= 1.2', false],
  [A('app.beta'), 'version', '>= 1.3.0-alpha', true],
  [A('kernel.name'), 'version', '>= 1', false],
  [A('app.version'), 'version', 'nonsense', false],
  [A('app.version'), 'semver', '>= 1.2.0', true],
  [A('app.beta'), 'semver', '>= 1.2.0', true],
  [A('app.beta'), 'semver', '>= 1.3.0', false],
  [A('app.beta'), 'semver', '~> 1.3.0', false],
  [A('os.version'), 'semver', '>= 1.0.0', false],
  [A('tags'), 'set_contains', 'a,c', true],
  [A('tags'), 'set_contains', 'a, d', false],
  [A('tags'), 'set_contains_all', 'b', true],
  [A('tags'), 'set_contains_any', 'x,b', true],
  [A('tags'), 'set_contains_any', 'x,y', false],
  [A('none'), 'set_contains_any', 'x', false],
  [A('empty'), 'is_set', '', true],
  [A('none'), 'is_set', '', false],
  [A('none'), 'is_not_set', '', true],
  [A('empty'), 'is_not_set', '', false],
  [A('kernel.name'), 'sounds_like', 'linux', false],
])('%s %s %s: %s', (LTarget, Operand, RTarget, want) => {
  expect(constraintCheck({ LTarget, Operand, RTarget }).passes(node)).toBe(want);
});

test('a check says its constraint, and whether nodes of a class may differ in it', () => {
  expect(constraintCheck({ LTarget: A('kernel.name'), Operand: '=', RTarget: 'beos' })).toMatchObject({
    reason: '${attr.kernel.name} = beos',
    unique: false,
  });
  expect(constraintCheck({ LTarget: '${attr.unique.hostname}', Operand: '=', RTarget: 'x' }).unique).toBe(true);
  expect(constraintCheck({ LTarget: '${meta.unique.id}', Operand: '=', RTarget: 'x' }).unique).toBe(true);
});
