import { describe, expect, test } from 'vitest';
import { plainObject, readDocument } from '../../src/config/document.ts';

describe('what the first version of HCL allows', () => {
  const cases: { name: string; given: string; want: unknown }[] = [
    {
      name: 'quoted names',
      given: 'options {\n  "driver.allowlist" = "docker"\n  "a" = "b"\n}',
      want: { options: { 'driver.allowlist': 'docker', a: 'b' } },
    },
    { name: 'quoted block names', given: '"server" {\n  enabled = true\n}', want: { server: { enabled: true } } },
    {
      name: 'several arguments on a line',
      given: 'ports { http = 1  dns = 2 }\nx = 3',
      want: { ports: { http: 1, dns: 2 }, x: 3 },
    },
    {
      name: 'nested on a line',
      given: 'plugin "raw_exec" { config { enabled = true } }',
      want: { plugin: { raw_exec: { config: { enabled: true } } } },
    },
    {
      name: 'labels on a line',
      given: 'client { enabled = true host_volume "x" { path = "/x" read_only = true } meta { a = "1" } }',
      want: { client: { enabled: true, host_volume: { x: { path: '/x', read_only: true } }, meta: { a: '1' } } },
    },
    {
      name: 'with braces in texts',
      given: 'a { b = "{{ GetInterfaceIP \\"eth0\\" }}" c = "}" }',
      want: { a: { b: '{{ GetInterfaceIP "eth0" }}', c: '}' } },
    },
    {
      name: 'both at once',
      given: 'options { "a.b" = "1" "c.d" = "2" }',
      want: { options: { 'a.b': '1', 'c.d': '2' } },
    },
    {
      name: 'names with dots',
      given: 'options {\n  docker.volumes.enabled = true\n  a.b-c.d = "1"\n}',
      want: { options: { 'docker.volumes.enabled': true, 'a.b-c.d': '1' } },
    },
    {
      name: 'names with dots on one line',
      given: 'client { options { driver.raw_exec.enable = "1" a.b = "2" } enabled = true }',
      want: { client: { options: { 'driver.raw_exec.enable': '1', 'a.b': '2' }, enabled: true } },
    },
    {
      name: 'words of other programs in texts',
      given: 'a = "${job.id}"\nb = "x-${job.id}:${f("}")}-%{ if x }y%{ endif }\\n"\nc = <<EOT\n ${y}\n${z}\nEOT\n',
      want: { a: '${job.id}', b: 'x-${job.id}:${f("}")}-%{ if x }y%{ endif }\n', c: ' ${y}\n${z}\n' },
    },
    {
      name: 'objects are as ever',
      given: 'options = { "a.b" = "1", c = [1, 2] }',
      want: { options: { 'a.b': '1', c: [1, 2] } },
    },
    {
      name: 'commas behind arguments and blocks',
      given: 'a = 1,\nb = [1, 2], # two\nc = { d = 1 },\ne = 2, f = 3\n',
      want: { a: 1, b: [1, 2], c: { d: 1 }, e: 2, f: 3 },
    },
    {
      name: 'blocks in objects, however deep',
      given:
        'a = {\n  b {\n    c = "{"\n    d { e = 1 }\n  }\n  f {}\n}\ng = [\n  { h { i = 2 } }\n]\nj {\n  k = 3\n}\n',
      want: { a: { b: { c: '{', d: { e: 1 } }, f: {} }, g: [{ h: { i: 2 } }], j: { k: 3 } },
    },
    {
      name: 'JSON with commas behind the last ones',
      given: '{"a": {"b": [1, 2,], "c": 3,}, }',
      want: { a: { b: [1, 2], c: 3 } },
    },
    {
      name: 'JSON with text like a template',
      given: '{"a": "${x}", "b": [{"c": null}]}',
      want: { a: '${x}', b: [{ c: null }] },
    },
  ];
  test.each(cases)('$name', ({ given, want }) => {
    const { root, diagnostics } = readDocument(given, 'a.hcl');
    expect(diagnostics).toEqual([]);
    expect(plainObject(root)).toEqual(want);
  });

  test('an argument that is set again is told of; lists are joined, and of other values the later one counts', () => {
    const { root, diagnostics } = readDocument('x { y = 1, z = 2 }\na = "b"\nl = ["c"]\na = "d"\nl = ["e"]\n', 'a.hcl');
    expect(diagnostics.map(({ severity, summary, range }) => [severity, summary, range?.start.line])).toEqual([
      ['warning', 'a is set again', 4],
      ['warning', 'l is set again', 5],
    ]);
    expect(root.entries.map(({ name }) => name)).toEqual(['x', 'a', 'l', 'a', 'l']);
  });

  test.each(['a = [1,, 2]', 'a = [, 1]', 'a = f(1, , 2)', '{"a": [1,,]}', 'a = b {\n}'])(
    '%s stays an error',
    (given) => {
      expect(readDocument(given, 'a.hcl').diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
    },
  );

  test('places stay those of the file', () => {
    const { root } = readDocument('ports { http = 1  dns = 2 }\nlast = 3', 'a.hcl');
    const ports = root.entries[0]?.node;
    const places = [...(ports?.kind === 'object' ? ports.entries : []), ...root.entries.slice(1)];
    expect(places.map(({ name, nameRange }) => [name, nameRange.start.line, nameRange.start.column])).toEqual([
      ['http', 1, 9],
      ['dns', 1, 19],
      ['last', 2, 1],
    ]);
  });

  test('what is wrong in either version stays an error', () => {
    expect(readDocument('server {\n  enabled = true', 'a.hcl').diagnostics).toHaveLength(1);
    expect(readDocument('a = b', 'a.hcl').diagnostics).toHaveLength(1);
    expect(readDocument('a b c', 'a.hcl').diagnostics.length).toBeGreaterThan(0);
  });
});
