import { describe, expect, test } from 'vitest';
import { compileConsulTemplate, TemplateError } from '../../src/index.ts';

const NOW = new Date('2026-02-03T04:05:06.789Z');
const render = (template: string): string =>
  compileConsulTemplate(template, { now: () => NOW }).evaluate(() => undefined).text;

describe('texts', () => {
  test.each([
    { template: '{{ base64URLEncode "a?b>~é" }}', want: 'YT9iPn7DqQ==' },
    { template: '{{ base64URLDecode "YT9iPn7DqQ==" }}', want: 'a?b>~é' },
    { template: '{{ md5sum "" }}', want: 'd41d8cd98f00b204e9800998ecf8427e' },
    { template: '{{ "--a-b--" | trim "-" }}', want: 'a-b' },
    { template: '{{ "--a" | trimLeft "-" }}|{{ "a--" | trimRight "-" }}', want: 'a|a' },
    { template: '{{ "v1.2" | trimPrefix "v" }}|{{ "a.tar" | trimSuffix ".tar" }}', want: '1.2|a' },
    { template: '{{ "  x " | trimSpace }}|', want: 'x|' },
    { template: '{{ "a:1,b:2:3" | splitToMap "," ":" }}', want: 'map[a:1 b:2:3]' },
    { template: '{{ toUnescapedJSON "<a\\\\u003c&>" }}', want: '"<a\\\\u003c&>"' },
    { template: '{{ envOrDefault "NONE" "d" }}', want: 'd' },
    { template: '{{ "ab12cd" | regexReplaceAll "([a-z]+)([0-9]+)" "${2}-${1}" }}', want: '12-abcd' },
    { template: '{{ "o\'neil über" | toTitle }}', want: "O'Neil Über" },
    {
      template: '{{ hmacSHA256Hex "what do ya want for nothing?" "Jefe" }}',
      want: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    },
  ])('$template', ({ template, want }) => {
    expect(render(template)).toBe(want);
  });
});

describe('times', () => {
  test.each([
    { layout: '', want: '2026-02-03T04:05:06Z' },
    { layout: '"unix"', want: '1770091506' },
    { layout: '"Mon Jan _2 15:04:05 MST 2006"', want: 'Tue Feb  3 04:05:06 UTC 2026' },
    { layout: '"02/01/06 03:04PM"', want: '03/02/26 04:05AM' },
    { layout: '"2006-01-02T15:04:05.000Z07:00"', want: '2026-02-03T04:05:06.789Z' },
    { layout: '"Monday, 2 January 2006 3:4:5 pm -0700"', want: 'Tuesday, 3 February 2026 4:5:6 am +0000' },
    { layout: '"2006 002"', want: '2026 034' },
  ])('timestamp $layout', ({ layout, want }) => {
    expect(render(`{{ timestamp ${layout} }}`)).toBe(want);
  });
});

describe('YAML', () => {
  test.each([
    {
      name: 'lists and maps',
      json: '{"l":[1,"a",[2],{"k":"v"}],"m":{"n":{}}}',
      want: 'l:\n- 1\n- a\n- - 2\n- k: v\nm:\n  "n": {}',
    },
    {
      name: 'texts that could be something else',
      json: '{"a":"1","b":"true","c":"null","d":"~","e":"0x1f","f":"1e3"}',
      want: 'a: "1"\nb: "true"\nc: "null"\nd: "~"\ne: "0x1f"\nf: "1e3"',
    },
    {
      name: 'texts with signs of the language',
      json: '{"a":"x: y","b":"#c","c":"- d","d":"it\'s: so","e":" lead"}',
      want: "a: 'x: y'\nb: '#c'\nc: '- d'\nd: 'it''s: so'\ne: ' lead'",
    },
    { name: 'keys in natural order', json: '{"k10":1,"k9":1,"K":1}', want: 'K: 1\nk9: 1\nk10: 1' },
    { name: 'lines', json: '{"a":"x\\n","b":"x\\n\\n","c":"\\u0007"}', want: 'a: |\n  x\nb: |+\n  x\n\nc: "\\a"' },
  ])('$name', ({ json, want }) => {
    expect(render(`{{ \`${json}\` | parseJSON | toYAML }}`)).toBe(want);
  });

  test('comes back as Go would read it', () => {
    const yaml = 'a: yes\nb: 010\nc: [1, 2.5, x]\nd: {k: null}\ne: &x 1\nf: *x\n';
    expect(render(`{{ with \`${yaml}\` | parseYAML }}{{ .a }} {{ .b }} {{ .c }} {{ .d }} {{ .f }}{{ end }}`)).toBe(
      'true 8 [1 2.5 x] map[k:<nil>] 1',
    );
  });
});

describe('TOML', () => {
  test.each([
    {
      name: 'values before tables',
      json: '{"t":{"k":1},"a":[1,2],"s":"x"}',
      want: 'a = [1.0, 2.0]\ns = "x"\n\n[t]\n  k = 1.0',
    },
    { name: 'tables in tables', json: '{"a":{"b":{"c":true}}}', want: '[a]\n  [a.b]\n    c = true' },
    {
      name: 'large and small numbers',
      json: '{"a":1e21,"b":1e-7}',
      want: 'a = 1000000000000000000000.0\nb = 0.0000001',
    },
  ])('$name', ({ json, want }) => {
    expect(render(`{{ \`${json}\` | parseJSON | toTOML }}`)).toBe(want);
  });
});

describe('what is refused', () => {
  test.each([
    { template: '{{ secret "kv/x" }}', want: 'it needs Vault, which is not there' },
    { template: '{{ sockaddr "GetPrivateIP" }}', want: 'it needs go-sockaddr, which is not there' },
    { template: '{{ writeToFile "/etc/x" "u" "g" "0644" "x" }}', want: 'function is disabled' },
    { template: '{{ loop 99999999 }}', want: 'more than 1000000 turns' },
    { template: '{{ indent 99999 "x" }}', want: 'indent value must be at most' },
    { template: '{{ "x" | regexMatch "(" }}', want: 'missing closing )' },
    { template: '{{ nomadService 1 "k" }}', want: 'expected 1 or 3 arguments' },
  ])('$template', ({ template, want }) => {
    expect(() => render(template)).toThrow(TemplateError);
    expect(() => render(template)).toThrow(want);
  });

  test.each([
    {
      name: 'steps',
      template: '{{ range loop 2000 }}{{ range loop 2000 }}x{{ end }}{{ end }}',
      want: 'more than 1000 steps',
    },
    {
      name: 'text',
      template: '{{ $x := "xxxxxxxxxx" }}{{ range loop 99 }}{{ $x = printf "%s%s" $x $x }}{{ end }}',
      want: 'longer than 1000',
    },
  ])('a template that takes too many $name', ({ template, want }) => {
    const compiled = compileConsulTemplate(template, { limits: { steps: 1_000, characters: 1_000 } });
    expect(() => compiled.evaluate(() => undefined)).toThrow(want);
  });
});

test('names that JavaScript has its own idea of are names like any other', () => {
  const json = '{"__proto__":1,"constructor":{"toString":2}}';
  expect(render(`{{ \`${json}\` | parseJSON | toJSON }}`)).toBe(json);
  expect(render('{{ scratch.MapSet "__proto__" "__proto__" 1 }}{{ scratch.MapValues "__proto__" }}')).toBe('[1]');
  expect(render(`{{ \`${json}\` | parseJSON | explodeMap | toJSON }}`)).toBe(json);
});
