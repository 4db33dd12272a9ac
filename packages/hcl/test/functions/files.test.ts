import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { evaluate, fileFunctions, parseExpression, toJs } from '../../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'hcl-files-'));
mkdirSync(join(folder, 'linux/files'), { recursive: true });
writeFileSync(join(folder, 'hello.txt'), 'hé ${x}\n');
writeFileSync(join(folder, 'bytes'), Uint8Array.from([0xff, 0xfe]));
for (const name of ['hello.txt', 'world.txt', 'other.md']) writeFileSync(join(folder, 'linux/files', name), '');
afterAll(() => rmSync(folder, { recursive: true }));

const functions = fileFunctions({
  readFile: (path) => readFileSync(path),
  baseDir: folder,
  home: '/home/ann',
  listFiles: (path) =>
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1)),
});

const cases = [
  { given: 'file("hello.txt")', want: 'hé ${x}\n' },
  { given: 'fileescaped("hello.txt")', want: 'hé $${x}\n' },
  { given: 'filebase64("bytes")', want: '//4=' },
  { given: '[fileexists("hello.txt"), fileexists("nope")]', want: [true, false] },
  { given: 'fileset(".", "*")', want: ['bytes', 'hello.txt'] },
  { given: 'fileset(".", "**/*.txt")', want: ['hello.txt', 'linux/files/hello.txt', 'linux/files/world.txt'] },
  { given: 'fileset("linux", "files/{hello,other}.*")', want: ['files/hello.txt', 'files/other.md'] },
  { given: 'fileset("linux/files", "[^h]*.t?t")', want: ['world.txt'] },
  { given: 'abspath("a/../b")', want: `${folder}/b` },
  { given: '[pathexpand("~/x"), pathexpand("a")]', want: ['/home/ann/x', 'a'] },
  { given: '[basename("a/b.txt"), basename("/"), basename("")]', want: ['b.txt', '/', '.'] },
  { given: '[dirname("a/b"), dirname("a"), dirname("/a"), dirname("a/b/")]', want: ['a', '.', '/', 'a/b'] },
];

describe('functions of files', () => {
  it.each(cases)('$given', ({ given, want }) => {
    const { value, diagnostics } = evaluate(parseExpression(given, 'f').expression!, {
      variables: new Map(),
      functions,
    });
    expect(diagnostics).toEqual([]);
    expect(toJs(value)).toEqual(want);
  });

  it.each([
    { given: 'file("nope")', want: /cannot read "nope"/ },
    { given: 'file("bytes")', want: /not UTF-8/ },
    { given: 'fileset(".", "{a")', want: /brace is not closed/ },
  ])('$given is refused', ({ given, want }) => {
    const { diagnostics } = evaluate(parseExpression(given, 'f').expression!, { variables: new Map(), functions });
    expect(diagnostics[0]?.detail).toMatch(want);
  });
});
