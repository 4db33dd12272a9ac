import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testAgent } from '../../support/agent.ts';
import { runCommand } from '../support/run-command.ts';

const DATA = {
  color: 'red',
  services: {
    web: [
      '10.0.0.1:80',
      { address: '10.0.0.2', port: 81, tags: ['blue'], meta: { zone: 'a' } },
      { Address: '10.0.0.3', Port: 82, Status: 'critical' },
      { Node: { Node: 'n4', Address: '10.0.0.4' }, Service: { ID: 'w4', Service: 'web', Port: 83, Tags: null } },
    ],
    empty: [],
  },
  keys: { 'web/color': 'blue', 'web/limits': { most: 3 } },
  nodes: ['n1', { Node: 'n2', Address: '10.0.0.2' }],
  datacenters: ['dc2', 'dc1'],
  variables: { 'nomad/jobs/web': { password: 'secret' } },
};

let folder: string;
let data: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-template-'));
  data = join(folder, 'data.json');
  writeFileSync(data, JSON.stringify(DATA));
});
afterAll(() => rmSync(folder, { recursive: true }));

const render = (input: string, ...flags: string[]) =>
  runCommand('shoal', ['template', 'render', ...flags, '-'], { input, env: { HOME: '/home/me' } });

describe('with data in JSON', () => {
  test.each([
    {
      name: "a load balancer's upstreams",
      given:
        'upstream web {\n  {{range service "web"}}server {{.Address}}:{{.Port}};\n  {{else}}server 127.0.0.1:65535;{{end}}\n}',
      want: 'upstream web {\n  server 10.0.0.1:80;\n  server 10.0.0.2:81;\n  server 10.0.0.4:83;\n  \n}',
    },
    { name: 'a service that is empty', given: '{{ range service "empty" }}x{{ else }}none{{ end }}', want: 'none' },
    { name: 'a service that is not there', given: '{{ range service "nope" }}x{{ else }}none{{ end }}', want: 'none' },
    {
      name: 'by tag',
      given: '{{ range service "blue.web" }}{{ .ID }} {{ .ServiceMeta.zone }}{{ end }}',
      want: 'web-0001 a',
    },
    {
      name: 'by status',
      given: '{{ range service "web|critical" }}{{ .Address }} {{ .Status }}{{ end }}',
      want: '10.0.0.3 critical',
    },
    { name: 'services', given: '{{ range services }}{{ .Name }}{{ .Tags }}{{ end }}', want: 'empty[]web[blue]' },
    {
      name: 'keys',
      given: '{{ key "web/color" }} {{ with key "web/limits" | parseJSON }}{{ .most }}{{ end }}',
      want: 'blue 3',
    },
    {
      name: 'a tree',
      given: '{{ range tree "web" }}{{ .Key }}={{ .Value }} {{ end }}',
      want: 'color=blue limits={"most":3} ',
    },
    {
      name: 'nodes',
      given: '{{ range nodes }}{{ .Node }} {{ .Address }} {{ end }}',
      want: 'n1 127.0.0.1 n2 10.0.0.2 ',
    },
    { name: 'datacenters', given: '{{ datacenters }}', want: '[dc1 dc2]' },
    { name: "Nomad's services", given: '{{ range nomadService "web" }}{{ .Port }} {{ end }}', want: '83 80 81 82 ' },
    {
      name: "Nomad's variables",
      given:
        '{{ with nomadVar "nomad/jobs/web" }}{{ .password }} {{ .password.Value }}{{ end }} {{ nomadVarExists "x" }} {{ range nomadVarList "nomad" }}{{ .Path }}{{ end }}',
      want: 'secret secret false nomad/jobs/web',
    },
    { name: 'the dot', given: '{{ .color }}{{ .nope }}', want: 'red<no value>' },
    { name: 'the environment', given: '{{ env "HOME" }}', want: '/home/me' },
  ])('$name', async ({ given, want }) => {
    expect(await render(given, '-data', data)).toEqual({ code: 0, out: want, err: '' });
  });

  test('a file beside it, and bytes as they are', async () => {
    const path = join(folder, 'cert.pem');
    writeFileSync(path, 'PEM');
    const given = `{{ file "${path}" }}{{ "w6k=" | base64Decode }}`;
    expect((await render(given, '-data', data)).out).toBe('PEMé');
  });

  test('other delimiters', async () => {
    const ran = await render('[[ .color ]]{{', '-data', data, '-left-delimiter', '[[', '-right-delimiter', ']]');
    expect(ran.out).toBe('red{{');
  });

  test('what it depends on', async () => {
    const given = '{{ key "web/color" }}{{ range service "web" }}{{ end }}';
    const names = ['kv.block(web/color)', 'health.service(web|passing)'];
    expect((await render(given, '-data', data, '-dependencies')).out).toBe(`${names.join('\n')}\n`);
    expect(JSON.parse((await render(given, '-data', data, '-json')).out)).toEqual({
      dependencies: names,
      text: 'blue',
    });
    const waiting = await render('{{ key "nope" }}', '-data', data, '-dependencies');
    expect(waiting).toEqual({ code: 0, out: 'kv.block(nope)\n', err: '' });
  });
});

describe('what is wrong is told with its place', () => {
  test('while it is read', async () => {
    const path = join(folder, 'bad.tpl');
    writeFileSync(path, 'a\né {{ nope }}\n');
    const { code, out, err } = await runCommand('shoal', ['template', 'render', '-data', data, path]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(`--> ${path}:2:6`);
    expect(err).toContain('2 | é {{ nope }}\n  |      ^^^^\n\n  function "nope" not defined.');
  });

  test('while it is rendered, as JSON', async () => {
    const { code, out } = await render('{{ range .color }}{{ end }}', '-data', data, '-json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      valid: false,
      diagnostics: [{ range: { filename: 'stdin', start: { line: 1, column: 10, byte: 9 }, end: { column: 16 } } }],
    });
  });

  test.each([
    { given: '{{ key "nope" }}', want: 'waits for what is not there: kv.block(nope)' },
    { given: '{{ node "n9" }}{{ nodes }}', data: { services: {} }, want: 'the data has no "nodes"' },
    {
      given: '{{ service "web" }}',
      data: { services: { web: [1] } },
      want: '1 is no instance of "web": write "10.0.0.1:80"',
    },
    { given: '{{ service "web" }}', data: { services: [] }, want: '"services" of the data has to be an object' },
    { given: 'x', data: [], want: 'has to be a JSON object' },
  ])('$want', async ({ given, data: other, want }) => {
    const path = other === undefined ? data : join(folder, 'other.json');
    if (other !== undefined) writeFileSync(path, JSON.stringify(other));
    const { code, err } = await render(given, '-data', path);
    expect(code).toBe(1);
    expect(err).toContain(want);
  });

  test('nobody to ask', async () => {
    const { code, err } = await render('{{ service "web" }}', '-consul-addr', 'http://127.0.0.1:1');
    expect(code).toBe(1);
    expect(err).toContain('Cannot reach an agent at http://127.0.0.1:1');
  });
});

test('with a running agent, and data that comes first', async () => {
  const agent = await testAgent({ dev: true });
  await agent.consul.kv.put('web/color', Buffer.from([0xff, 0x00]));
  const given =
    '{{ key "web/color" | base64Encode }} {{ range nodes }}node{{ end }} {{ range service "consul" }}up{{ end }}';
  expect(await render(given, '-consul-addr', agent.consulUrl)).toEqual({ code: 0, out: '/wA= node up', err: '' });
  const mixed = '{{ key "web/limits" | len }} {{ range services }}{{ .Name }} {{ end }}';
  const keys = join(folder, 'keys.json');
  writeFileSync(keys, JSON.stringify({ keys: DATA.keys }));
  const { out } = await render(mixed, '-data', keys, '-consul-addr', agent.consulUrl);
  expect(out).toContain('10 consul');
});
