import { readFileSync } from 'node:fs';
import { compileConsulTemplate, TemplateError } from '@shoal/gotemplate';
import { standardFunctions } from '@shoal/hcl';
import { expect, test } from 'vitest';

const text = readFileSync(new URL('../../../../docs/functions.md', import.meta.url), 'utf8');
const [, ofHcl = '', ofTemplates = ''] = text.split(/^## Of /m);

test('docs/functions.md names every function of job files', () => {
  const named = new Set([...ofHcl.matchAll(/^\| `(\w+)\(/gm)].map(([, name]) => name));
  expect([...named].sort()).toEqual([...standardFunctions.keys()].sort());
});

test('docs/functions.md names functions of templates that are there', () => {
  const rows = [...ofTemplates.matchAll(/^\| `((?:[^`\\]|\\.)*)`/gm)].map(([, usage = '']) =>
    usage.replaceAll('\\|', '|'),
  );
  expect(rows.length).toBeGreaterThan(90);
  for (const usage of rows) {
    const name = /\| (\w+)[^|]*$/.exec(usage)?.[1] ?? /^\w+/.exec(usage)?.[0] ?? '';
    expect(isKnown(name), usage).toBe(true);
  }
  const refused = [...(/known and refused[^:]*: (.*)\./.exec(ofTemplates)?.[1] ?? '').matchAll(/`(\w+)`/g)];
  expect(refused.length).toBeGreaterThan(5);
  for (const [, name = ''] of refused) {
    expect(() => compileConsulTemplate(`{{ ${name} }}`).evaluate(() => undefined)).toThrow(
      /which is not there|is disabled/,
    );
  }
});

function isKnown(name: string): boolean {
  try {
    compileConsulTemplate(`{{ ${name} }}`);
    return true;
  } catch (error) {
    return error instanceof TemplateError && !error.reason.includes('not defined');
  }
}
