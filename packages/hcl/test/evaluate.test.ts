import { describe, expect, it } from 'vitest';
import {
  evaluate,
  fromJs,
  parseExpression,
  type Scope,
  standardFunctions,
  stringValue,
  type Traversal,
  toJs,
} from '../src/index.ts';

function run(source: string, scope: Scope) {
  return evaluate(parseExpression(source, 'f').expression!, scope);
}

const none: Scope = { variables: new Map(), functions: standardFunctions };

describe('references that nobody knows', () => {
  function ask(source: string): { value: unknown; asked: string[]; traversals: Traversal[] } {
    const asked: string[] = [];
    const traversals: Traversal[] = [];
    const unresolved: Scope['unresolved'] = (traversal, text) => {
      asked.push(text);
      traversals.push(traversal);
      return stringValue(`<${text}>`);
    };
    return { value: toJs(run(source, { ...none, unresolved }).value), asked, traversals };
  }

  const cases = [
    { name: 'a name', given: 'a', want: '<a>' },
    { name: 'a traversal as written', given: 'a.b["c"][0]', want: '<a.b["c"][0]>' },
    { name: 'with its blanks in an interpolation', given: '"x ${ a.b } y"', want: 'x < a.b > y' },
    { name: 'without those that are trimmed', given: '"${~ a ~}"', want: '< a >' },
    { name: 'in a call', given: '"${upper( a )}"', want: '<A>' },
    { name: 'inside of a loop', given: '[for x in [1] : "${x}${a}"]', want: ['1<a>'] },
    { name: 'as a collection', given: 'try(a[upper("x")], "none")', want: 'none' },
  ];
  it.each(cases)('$name', ({ given, want }) => {
    expect(ask(given).value).toEqual(want);
  });

  it('come with the traversal', () => {
    const [traversal] = ask('a.b[0]').traversals;
    expect(traversal).toMatchObject({ root: 'a', steps: [{ kind: 'attribute', name: 'b' }, { kind: 'index' }] });
  });

  it('are mistakes when the hook has no answer', () => {
    expect(run('a', { ...none, unresolved: () => undefined }).diagnostics[0]?.summary).toBe('Unknown variable');
  });

  it('are not asked about when the first name is known', () => {
    const scope = { ...none, variables: new Map([['var', fromJs({ x: 1 })]]), unresolved: () => stringValue('?') };
    expect(run('var.y', scope).diagnostics[0]?.summary).toBe('Unsupported attribute');
  });
});

it('what a scope knows of names that a variable does not have is told', () => {
  const scope: Scope = {
    ...none,
    variables: new Map([['var', fromJs({ region: 'x', zone: { a: 1 } })]]),
    absent: (variable, name) => ({ detail: `${variable} has no ${name}.`, remedy: `declare ${name}` }),
  };
  const told = (source: string) => run(source, scope).diagnostics.map(({ detail, remedy }) => [detail, remedy]);
  expect(told('var.name')).toEqual([['var has no name.', 'declare name']]);
  expect(told('var.regoin')).toEqual([['var has no regoin.', 'did you mean var.region?']]);
  expect(told('var.zone.b')).toEqual([['This object has no attribute named "b".', 'did you mean a?']]);
});

it('inner scopes come first, functions and the hook from the nearest that has them', () => {
  const outer: Scope = {
    ...none,
    variables: new Map([
      ['a', fromJs(1)],
      ['b', fromJs(2)],
    ]),
    unresolved: (_, text) => stringValue(text),
  };
  const inner: Scope = { variables: new Map([['a', fromJs(3)]]), functions: new Map(), parent: outer };
  expect(toJs(run('[a, b, max(a, b), c.d]', inner).value)).toEqual([3, 2, 3, 'c.d']);
});

it('tells each mistake of an expression, and one that is repeated once', () => {
  const { diagnostics } = run('[x, y + 1, [for i in [1, 2] : z]]', none);
  expect(diagnostics.map(({ detail }) => detail)).toEqual(
    ['x', 'y', 'z'].map((name) => `There is no variable named "${name}".`),
  );
});

it('what is not known makes what is made of it unknown, and no mistake', () => {
  const scope = { ...none, variables: new Map([['u', fromJs(undefined)]]) };
  for (const source of [
    'u.x[0]',
    '"a${u}"',
    'u + 1',
    'upper(u)',
    'u ? 1 : 2',
    '[for x in u : x]',
    'u[*].a',
    'u == 1',
  ]) {
    const { value, diagnostics } = run(source, scope);
    expect({ source, kind: value.kind, diagnostics }).toEqual({ source, kind: 'unknown', diagnostics: [] });
  }
});
