import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

const CASES = [
  {
    name: 'hcl',
    program: `import { evaluate, parseExpression, standardFunctions, toJs } from '@shoal/hcl';
const { expression } = parseExpression('[for i in range(2) : upper("a\${i}")]', 'x');
console.log(JSON.stringify(toJs(evaluate(expression, { variables: new Map(), functions: standardFunctions }).value)));`,
    want: '["A0","A1"]',
  },
  {
    name: 'gotemplate',
    program: `import { compile, compileConsulTemplate } from '@shoal/gotemplate';
console.log(compile('{{ range .web }}{{ .Port }} {{ end }}').render({ web: [{ Port: 80 }] }) +
  compileConsulTemplate('{{ "[1, 2]" | parseJSON | toJSON }} {{ "AB" | regexReplaceAll "B" "C" }}').evaluate(() => undefined).text);`,
    want: '80 [1,2] AC',
  },
  {
    name: 'api',
    program: `import { createNomadClient } from '@shoal/api';
console.log(typeof createNomadClient({ address: 'http://127.0.0.1:1' }).jobs);`,
    want: 'object',
  },
];

/** As somebody has it who installs it from a registry: its own files, and the packages that it names. */
test.each(CASES)('@shoal/$name works alone', ({ name, program, want }) => {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-package-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const source = join(root, 'packages', name);
  const target = join(folder, 'node_modules/@shoal', name);
  mkdirSync(target, { recursive: true });
  execFileSync(process.execPath, [
    join(root, 'node_modules/typescript/bin/tsc'),
    '-p',
    `${source}/tsconfig.build.json`,
    '--outDir',
    `${target}/dist`,
  ]);
  cpSync(join(source, 'package.json'), join(target, 'package.json'));
  const { dependencies = {} } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  for (const each of Object.keys(dependencies))
    symlinkSync(join(root, 'node_modules', each), join(folder, 'node_modules', each));
  writeFileSync(join(folder, 'program.mjs'), program);
  expect(execFileSync(process.execPath, ['program.mjs'], { cwd: folder, encoding: 'utf8' }).trim()).toBe(want);
  expect(existsSync(join(target, 'dist/index.d.ts'))).toBe(true);
});
