import { readFileSync } from 'node:fs';
import { compileConsulTemplate, sprigFunctions, TemplateError } from '@shoal/gotemplate';
import { standardFunctions } from '@shoal/hcl';
import { expect, test } from 'vitest';

const text = readFileSync(new URL('../../../../docs/functions.md', import.meta.url), 'utf8');
const [, ofHcl = '', ofTemplates = '', ofSprig = ''] = text.split(/^## Of /m);

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

test('docs/functions.md names every function of Sprig, and those that are refused', () => {
  const [refusedPart = '', table = ''] = ofSprig.split('| --- | --- |');
  const listed = [...(table.split('\n\n')[0] ?? '').matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
  const refused = [...(/Refused, with the reason: ([\s\S]*?)\.\n/.exec(refusedPart)?.[1] ?? '').matchAll(/`(\w+)`/g)];
  const names = new Set([...listed, ...refused.map(([, name = '']) => name)]);
  const known = Object.keys(sprigFunctions({ now: () => new Date(), spend: () => undefined }));
  expect([...names].sort()).toEqual(known.sort());
  for (const [, name = ''] of refused)
    expect(() => compileConsulTemplate(`{{ sprig_${name} }}`).evaluate(() => undefined)).toThrow('which is not there');
});

function isKnown(name: string): boolean {
  try {
    compileConsulTemplate(`{{ ${name} }}`);
    return true;
  } catch (error) {
    return error instanceof TemplateError && !error.reason.includes('not defined');
  }
}
