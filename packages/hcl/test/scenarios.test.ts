import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createFunctions, evaluate, parseExpression } from '../src/index.ts';
import { recorded, variables } from './support/recordings.ts';

/**
 * Each file is a conversation: `> expression`, then what comes of it. Further lines of an expression begin with `. `.
 * SHOAL_UPDATE_SCENARIOS=1 writes the answers anew; the difference is for review.
 */
const folder = fileURLToPath(new URL('scenarios', import.meta.url));
const update = process.env['SHOAL_UPDATE_SCENARIOS'] === '1';

const names = {
  n: 7,
  half: 0.5,
  s7: '7',
  nul: null,
  text: 'Hello',
  yes: true,
  no: false,
  key: 'host',
  words: ['alpha', 'beta', 'gamma'],
  nums: [3, 1, 2],
  mixed: ['a', 1, true, null],
  mm: { b: 2, a: 1, c: 3 },
  deep: [
    [1, 2],
    [3, [4, 5]],
  ],
  conf: { host: 'db1', port: 5432, opts: { tls: true, ciphers: ['a', 'b'] } },
  users: [
    { name: 'ann', age: 31 },
    { name: 'bob', age: 27 },
  ],
};
const functions = createFunctions({
  now: () => new Date('2021-02-03T04:05:06.789Z'),
  randomBytes: (count) => new Uint8Array(count).fill(7),
});

function answer(source: string): string {
  const { expression, diagnostics } = parseExpression(source, 'scenario');
  if (!expression || diagnostics.length > 0) return mistakes(diagnostics);
  const result = evaluate(expression, { variables: variables(names), functions });
  if (result.diagnostics.length > 0) return mistakes(result.diagnostics);
  const { result: json, type, text } = recorded(result.value);
  return `${text ?? JSON.stringify(json)}   # ${type}`;
}

function mistakes(diagnostics: ReturnType<typeof evaluate>['diagnostics']): string {
  return diagnostics
    .map(({ range, summary, detail, remedy }) => {
      const place = `${range?.start.line}:${range?.start.column}`;
      return `! ${place} ${summary}: ${detail}${remedy ? ` Remedy: ${remedy}` : ''}`;
    })
    .join('\n');
}

type Exchange = { source: string; expected: string };

function exchanges(content: string): Exchange[] {
  return content
    .split(/^(?=> )/m)
    .filter((part) => part.startsWith('> '))
    .map((part) => {
      const [, source = '', expected = ''] = /^((?:> .*\n)(?:\. .*\n|\.\n)*)([\s\S]*)$/.exec(part) ?? [];
      return { source: source.replace(/^[>.] ?/gm, '').replace(/\n$/, ''), expected: expected.trimEnd() };
    });
}

function write(file: string, heading: string, cases: readonly Exchange[]): void {
  const parts = cases.map(({ source }) => `> ${source.replaceAll('\n', '\n. ')}\n${answer(source)}\n`);
  writeFileSync(`${folder}/${file}`, `${heading}${parts.join('\n')}`);
}

describe.each(readdirSync(folder).filter((file) => file.endsWith('.txt')))('%s', (file) => {
  const content = readFileSync(`${folder}/${file}`, 'utf8');
  const cases = exchanges(content);
  if (update) write(file, content.slice(0, content.search(/^> /m)), cases);

  it.each(cases)('$source', ({ source, expected }) => {
    expect(answer(source)).toBe(update ? answer(source) : expected);
  });
});
