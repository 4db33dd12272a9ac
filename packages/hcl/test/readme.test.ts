import { readFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import * as hcl from '../src/index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

it('the first example prints what the README says', () => {
  const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(readme)!;
  const [, output = ''] = /```\n(web [\s\S]*?)```/.exec(readme)!;
  const lines: string[] = [];
  const log = (...parts: unknown[]) =>
    lines.push(parts.map((part) => (typeof part === 'string' ? part : inspect(part))).join(' '));
  const console = { log, error: vi.fn() };
  const names = /import \{ (.*) \}/.exec(code)![1]!.split(', ');
  const body = code.replace(/^import .*$/m, '');
  new Function('console', ...names, body)(console, ...names.map((name) => Reflect.get(hcl, name) as unknown));
  expect(lines.join('\n')).toBe(output.trim());
  expect(console.error).not.toHaveBeenCalled();
});

function inspect(value: unknown): string {
  return Array.isArray(value) ? `[ ${value.map((item) => `'${item}'`).join(', ')} ]` : String(value);
}

it('names every export of the table', () => {
  const named = [...readme.matchAll(/`(\w+)(?:\([^`]*\))?`/g)].map(([, name]) => name!);
  const calls = named.filter((name) =>
    /^(parse|content|just|evaluate|convert|standard|file|create|from|to|type|number|format|suggest)/.test(name),
  );
  expect(calls.filter((name) => !(name in hcl))).toEqual([]);
});
