import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { compileConsulTemplate, givenAnswer, resolveTemplate, TemplateError } from '../../src/index.ts';

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

test.each([
  { template: '{{ range service "web" }}{{ .node }}{{ end }}', want: 'did you mean .Node?' },
  { template: '{{ range service "web" }}{{ .Adress }}{{ end }}', want: 'did you mean .Address?' },
  { template: '{{ range services }}{{ .Port }}{{ end }}', want: 'there are .Name, .Tags' },
])('$template says which fields there are', async ({ template, want }) => {
  const data = { services: { web: ['10.0.0.1:80'] } };
  const answer = resolveTemplate(
    compileConsulTemplate(template),
    async (dependency) => givenAnswer(data, dependency)?.answer,
  );
  await expect(answer).rejects.toThrow(want);
});

test('sockaddr is asked of whoever knows the machine', () => {
  const asked: string[] = [];
  const sockaddr = (expression: string) => `${asked.push(expression)}.0.0.1`;
  const template = compileConsulTemplate(
    '{{ sockaddr "GetInterfaceIP \\"eth0\\"" }} {{ sockaddr "GetAllInterfaces" "|" "join" }}',
    {
      sockaddr,
    },
  );
  expect(template.evaluate(() => undefined).text).toBe('1.0.0.1 2.0.0.1');
  expect(asked).toEqual(['GetInterfaceIP "eth0"', 'GetAllInterfaces | join']);
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

describe('maps', () => {
  const base = '{{ $base := "{\\"a\\": 1, \\"m\\": {\\"x\\": 1}}" | parseJSON }}';
  test.each([
    {
      call: '"{\\"a\\": 2, \\"b\\": 3, \\"m\\": {\\"x\\": 2, \\"y\\": 4}}" | parseJSON | mergeMap $base',
      want: 'map[a:1 b:3 m:map[x:1 y:4]]',
    },
    {
      call: '"{\\"a\\": 2, \\"m\\": {\\"x\\": 2}}" | parseJSON | mergeMapWithOverride $base',
      want: 'map[a:2 m:map[x:2]]',
    },
    { call: 'with keyExistsGet "none" }}{{ .Exists }}{{ end', want: 'false' },
    { call: '$n := services | byTag }}{{ len $n.none }}{{ range $n.none }}x{{ else }} none{{ end', want: '0 none' },
  ])('$call', ({ call, want }) => {
    expect(render(`${base}{{ ${call} }}`)).toBe(want);
  });
});

/** Names that every object of JavaScript has mean nothing to a template. */
describe('no way into the program', () => {
  test.each([
    '{{ scratch.constructor "x" }}',
    '{{ scratch.toString }}',
    '{{ scratch.hasOwnProperty "x" }}',
    '{{ constructor }}',
    '{{ toString }}',
    '{{ (timestamp).length }}',
    '{{ "x".constructor }}',
    '{{ call "x".constructor }}',
  ])('%s', (template) => {
    expect(() => render(template)).toThrow(TemplateError);
  });

  test.each([
    { template: '{{ ("{}" | parseJSON).constructor }}', want: '<no value>' },
    { template: '{{ ("{}" | parseJSON).__proto__ }}', want: '<no value>' },
    { template: '{{ ("{\\"__proto__\\": {\\"a\\": 1}}" | parseJSON).a }}', want: '<no value>' },
    { template: '{{ ("__proto__: {a: 1}" | parseYAML) | len }}', want: '1' },
    { template: '{{ scratch.MapSet "m" "__proto__" "x" }}{{ (scratch.Get "m").toString }}', want: '<no value>' },
    { template: '{{ scratch.Set "__proto__" 1 }}{{ scratch.Key "toString" }}', want: 'false' },
    { template: '{{ "a" | regexReplaceAll "(?P<x>a)" "$constructor|$x" }}', want: '|a' },
    { template: '{{ env "PATH" }}{{ env "__proto__" }}{{ envOrDefault "constructor" "none" }}', want: 'none' },
    { template: '{{ file "/etc/passwd" }}', want: '' },
  ])('$template', ({ template, want }) => {
    expect(render(template)).toBe(want);
  });
});

describe('what a template may take is bounded', () => {
  test.each([
    [
      'a template that calls itself',
      '{{ define "x" }}{{ template "x" }}{{ end }}{{ template "x" }}',
      'maximum template depth',
    ],
    [
      'one that does so through a function',
      '{{ define "x" }}{{ executeTemplate "x" }}{{ end }}{{ executeTemplate "x" }}',
      'error calling executeTemplate',
    ],
    ['loops without end', '{{ range loop 9223372036854775807 }}x{{ end }}', 'more than 1000000 turns'],
    ['loops in loops', '{{ range loop 1000000 }}{{ range loop 1000000 }}x{{ end }}{{ end }}', 'more than 10000 steps'],
    [
      'a text that grows',
      '{{ $x := "xxxxxxxx" }}{{ range loop 60 }}{{ $x = print $x $x }}{{ end }}',
      'longer than 67108864',
    ],
    [
      'a text that is replaced',
      '{{ $x := printf "%100000s" "x" }}{{ $x | replaceAll " " $x }}',
      'longer than 67108864',
    ],
    [
      'lines that are indented',
      '{{ $x := printf "%100000s" "x" | replaceAll " " "a\\n" }}{{ $x | indent 10000 }}',
      'longer than 67108864',
    ],
    [
      'a list that is joined',
      '{{ $x := printf "%100000s" "x" | replaceAll " " "a," | split "," | join (printf "%10000s" "") }}',
      'longer than 67108864',
    ],
    [
      'a pattern',
      '{{ $x := printf "%10000s" "x" }}{{ $x | regexReplaceAll "." (printf "%10000s" "") }}',
      'longer than 67108864',
    ],
  ])('%s', (_, template, want) => {
    const compiled = compileConsulTemplate(template, { limits: { steps: 10_000 } });
    expect(() => compiled.evaluate(() => undefined)).toThrow(want);
  });
});

describe("Nomad's variables", () => {
  const variable = {
    Namespace: 'default',
    Path: 'app/db',
    Items: { user: 'me', password: 's3cret"word', config: 'a: 1\nb: [hidden' },
    CreateIndex: 3,
    ModifyIndex: 7,
    CreateTime: 1_700_000_000_000_000_000,
    ModifyTime: 1_700_000_000_000_000_000,
  };
  const of = async (template: string): Promise<string> => {
    const result = await resolveTemplate(compileConsulTemplate(template), async () => variable);
    return result.kind === 'rendered' ? result.text : result.kind;
  };

  test.each([
    { name: 'names', template: '{{ (nomadVar "app/db").Keys | join "," }}', want: 'config,password,user' },
    { name: 'values', template: '{{ with nomadVar "app/db" }}{{ index .Values 2 }}{{ end }}', want: 'me' },
    {
      name: 'pairs',
      template: '{{ range (nomadVar "app/db").Tuples }}{{ .K }}:{{ len .V }} {{ end }}',
      want: 'config:15 password:11 user:2 ',
    },
    { name: 'the whole', template: '{{ with nomadVar "app/db" }}{{ .Parent.Items.user }}{{ end }}', want: 'me' },
    { name: 'its index', template: '{{ with nomadVar "app/db" }}{{ .Parent.ModifyIndex }}{{ end }}', want: '7' },
    { name: 'of an item', template: '{{ with nomadVar "app/db" }}{{ .user.Parent.Path }}{{ end }}', want: 'app/db' },
    {
      name: 'without its items',
      template:
        '{{ with nomadVar "app/db" }}{{ .Metadata.Namespace }} {{ .Metadata }} {{ .Parent.Metadata.Path }}{{ end }}',
      want: 'default app/db app/db',
    },
    {
      name: 'as an argument',
      template: '{{ with nomadVar "app/db" }}{{ printf "%s" .Metadata }}{{ end }}',
      want: 'app/db',
    },
    { name: 'as JSON', template: '{{ with nomadVar "app/db" }}{{ .user | toJSON }}{{ end }}', want: '"me"' },
  ])('$name', async ({ template, want }) => {
    expect(await of(template)).toBe(want);
  });

  test('one that is not there yet has nothing', () => {
    expect(render('{{ range (nomadVar "none").Tuples }}x{{ end }}{{ (nomadVar "none").Keys }}')).toBe('[]');
  });

  test.each([
    { name: 'a number', template: '{{ with nomadVar "app/db" }}{{ .password.Value | parseInt }}{{ end }}' },
    { name: 'JSON', template: '{{ with nomadVar "app/db" }}{{ .password.Value | parseJSON }}{{ end }}' },
    { name: 'YAML', template: '{{ with nomadVar "app/db" }}{{ .config.Value | parseYAML }}{{ end }}' },
    {
      name: 'a function that is told',
      template: '{{ with nomadVar "app/db" }}{{ sprig_fail .password.Value }}{{ end }}',
    },
  ])('a mistake does not tell a value: $name', async ({ template }) => {
    const failed = await of(template).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(TemplateError);
    expect(inspect(failed)).not.toMatch(/s3c|word|hidden/);
  });

  test('a method with too few arguments on the way', () => {
    expect(() => render('{{ printf "%v" scratch.Get }}')).toThrow('wrong number of args for Get');
  });
});
