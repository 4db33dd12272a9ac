import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { content, evaluate, format, parse, parseExpression, standardFunctions } from '@shoal/hcl';
import { test } from 'vitest';
import { goldenFolder } from '../support/golden.ts';
import { runs, seed, survive } from '../support/mutations.ts';

type Case = { readonly expr?: string; readonly body?: string };

function cases(name: string): Case[] {
  return JSON.parse(readFileSync(join(goldenFolder('hcl'), name), 'utf8')) as Case[];
}

function suite(): string[] {
  const folder = join(goldenFolder('hcl'), 'specsuite', 'tests');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(hcl|json)$/.test(name));
  return files.map((name) => readFileSync(join(folder, name), 'utf8'));
}

const expressions = ['expressions.json', 'functions.json'].flatMap(cases).map(({ expr = '' }) => expr);
const bodies = [...['bodies.json', 'syntax_errors.json'].flatMap(cases).map(({ body = '' }) => body), ...suite()];
const asJson = expressions.slice(0, 400).map((expr) => JSON.stringify({ a: `\${${expr}}`, b: { c: [{ d: expr }] } }));

const PIECES = [
  '{', '}', '"', '${', '%{', '~}', '<<E\n', '<<-E\n', 'E\n', '\n', '\r\n', '[', ']', '(', ')', '=', ',', ':', '.', '.*', '[*]', '...', '=>',
  'for x in ', ' if ', 'null', 'a.b', '1e999', '0.1', '-', '!', '&&', '?', '/*', '*/', '#', '\0', '\\', '\\u', '🦊', 'e\u0301', '{"', '":',
  'upper(', 'format("%s", ', 'format("%999999d", 1)', 'range(1024)', '[for a in range(1024): [for b in range(1024): a]]', '[[[[[[[[[[',
  '"${"${"${', 'try(', 'convert(', 'regex("(a*)*b", "', 'replace("', 'yamldecode("', 'jsondecode("', 'csvdecode("', 'formatdate("', 'cidrsubnet("', 'constructor', '__proto__',
]; // biome-ignore format: a list of words

const scope = { variables: new Map(), functions: standardFunctions };

test(`${runs} mutations of HCL texts are read or refused, each soon (seed ${seed})`, {
  timeout: 8 * 3_600_000,
}, async () => {
  await survive([...expressions, ...bodies, ...asJson], PIECES, (source, run) => {
    if (run % 2 === 0) {
      const { expression, diagnostics } = parseExpression(source, 'f');
      if (expression && !source.includes('bcrypt')) evaluate(expression, scope);
      else if (!expression && diagnostics.length === 0) throw new Error('refused without a word');
      return;
    }
    const { body } = parse(source, run % 4 === 1 ? 'f.hcl' : 'f.json');
    content(body, { attributes: [{ name: 'a', required: true }], blocks: [{ type: 'b', labels: ['name'] }] });
    for (const { expression } of body.attributes.values()) if (!source.includes('bcrypt')) evaluate(expression, scope);
    if (run % 4 === 1) format(source, 'f.hcl');
  });
});
