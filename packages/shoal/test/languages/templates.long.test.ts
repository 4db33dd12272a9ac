import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileConsulTemplate, type GivenData, givenAnswer, goValue, nameOf, TemplateError } from '@shoal/gotemplate';
import { expect, test } from 'vitest';
import { goldenFolder } from '../support/golden.ts';
import { runs, seed, survive } from '../support/mutations.ts';

type Case = { readonly template: string };

const goCases = JSON.parse(readFileSync(join(goldenFolder('template'), 'go_text_template.json'), 'utf8')) as Case[];
const { cases } = JSON.parse(readFileSync(join(goldenFolder('template'), 'consul_template.json'), 'utf8')) as {
  cases: Case[];
};
const corpus = [...goCases, ...cases].map(({ template }) => template);

const PIECES = [
  '{{', '}}', '{{-', ' -}}', '{{/*', '*/}}', '{{ end }}', '{{ else }}', '{{ range . }}', '{{ if . }}', '{{ with . }}', '{{ define "x" }}', '{{ template "x" . }}',
  '{{ block "b" . }}', '{{ break }}', '"', '`', "'", '(', ')', '|', '.', '.a', '$', '$x', ':=', '=', ',', '1', '-1.5e3', '1i', '0x1p4', 'nil', 'true', ' ', '\n', '\\xff', 'é', '🦊',
  'printf "%[9]*.*d"', 'printf "%1000000d"', 'printf "%v %T %q %x"', 'index', 'slice', 'len', 'call', 'html', 'js', 'urlquery', 'eq', 'lt', 'loop 1000000', 'loop 9223372036854775807',
  'key "a"', 'service "web"', 'tree ""', 'scratch.Set "a"', 'scratch.constructor', '.__proto__', 'executeTemplate "x"', 'parseJSON', 'parseYAML', 'toJSON', 'toYAML', 'toTOML', 'indent 10000',
  'regexReplaceAll "(a*)*b" "$0$0$0$0"', 'replaceAll "" "xxxxxxxxxxxxxxxx"', 'timestamp "2006"', 'byKey', 'byTag', 'explode', 'add', 'divide 0', 'env "PATH"', 'file "/etc/passwd"',
]; // biome-ignore format: a list of words

const data: GivenData = {
  services: { web: ['10.0.0.1:80', { Address: '10.0.0.2', Port: 81, Tags: ['a'], Meta: { k: '1' } }] },
  keys: { a: 'x', 'a/b': '{"c": [1, 2]}' },
  nodes: ['n1'],
  datacenters: ['dc1'],
  variables: { v: { k: 'w' } },
};
const dot = { a: 1, b: 'text', c: [1, 'x', null], d: { e: true }, f: 1.5 };

/** Steps and characters of a rendering: the test is for what they do not bound. */
const limits = { steps: 20_000, characters: 1024 * 1024 };

function render(source: string): void {
  const template = compileConsulTemplate(source, { data: dot, limits, env: { HOME: '/home' } });
  const known = new Map<string, unknown>();
  for (let round = 0; round < 3; round++) {
    const { missing } = template.evaluate((name) => known.get(name));
    if (missing.length === 0) return;
    for (const dependency of missing) {
      const given = givenAnswer(data, dependency);
      if (given) known.set(nameOf(dependency), goValue(dependency, given.answer));
    }
  }
}

test(`${runs} mutations of templates are rendered or refused, each soon (seed ${seed})`, {
  timeout: 8 * 3_600_000,
}, async () => {
  await survive(corpus, PIECES, (source) => {
    try {
      render(source);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      expect(error.line).toBeGreaterThan(0);
    }
  });
});
