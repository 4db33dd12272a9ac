import { describe, expect, test } from 'vitest';
import { errorLines } from '../../../src/jobspec/parse/diagnostic-line.ts';
import { type ParseOptions, parseJob } from '../../../src/jobspec/parse/parse-job.ts';
import { recordedSteps } from '../recorded-jobs.ts';

const parse = (source: string, options: Partial<ParseOptions> = {}) =>
  parseJob(source, { filename: 'input.hcl', ...options });

const task = (inner: string) =>
  `job "j" {\n  group "g" {\n    task "t" {\n      driver = "raw_exec"\n${inner}\n    }\n  }\n}\n`;
const service = (inner: string) => `job "j" {\n  group "g" {\n    service {\n${inner}\n    }\n  }\n}\n`;

test('what a provider of secrets is told may be a block or an argument', () => {
  const block = task('secret "a" {\n  provider = "vault"\n  config {\n    engine = "kv"\n    n = 1\n  }\n}');
  const argument = block.replace('config {', 'config = {');
  const secretOf = (source: string) => parse(source).job?.TaskGroups?.[0]?.Tasks?.[0]?.Secrets;
  expect(secretOf(block)).toMatchObject([{ Name: 'a', Config: { engine: 'kv', n: 1 } }]);
  expect(secretOf(argument)).toEqual(secretOf(block));
  expect(parse(argument.replace(/= \{[^}]*\}/, '= "x"')).diagnostics[0]?.detail).toContain('an object is required');
});

describe('values of variables', () => {
  const source = `variable "n" {\n  type = number\n  default = 1\n}\nvariable "s" {\n  default = "x"\n}\nvariable "l" {\n  type = list(string)\n  default = []\n}\njob "j" {\n  priority = var.n\n  region = var.s\n  datacenters = var.l\n}\n`;
  const cases: { name: string; given: Partial<ParseOptions>; want: object }[] = [
    { name: 'their defaults', given: {}, want: { Priority: 1, Region: 'x', Datacenters: [] } },
    {
      name: 'the environment',
      given: { env: { NOMAD_VAR_n: '7', NOMAD_VAR_s: '8' } },
      want: { Priority: 7, Region: '8' },
    },
    { name: 'expressions for lists', given: { variables: { l: '["a", "b"]' } }, want: { Datacenters: ['a', 'b'] } },
    {
      name: 'arguments over files over the environment',
      given: {
        env: { NOMAD_VAR_n: '2', NOMAD_VAR_s: 'env' },
        variableFiles: [{ filename: 'a.hcl', source: 'n = 3\ns = "file"\n' }],
        variables: { n: '4' },
      },
      want: { Priority: 4, Region: 'file' },
    },
    {
      name: 'a file in JSON',
      given: { variableFiles: [{ filename: 'a.json', source: '{"l": ["z"]}' }] },
      want: { Datacenters: ['z'] },
    },
  ];
  test.each(cases)('$name', ({ given, want }) => {
    const { job, diagnostics } = parse(source, given);
    expect(diagnostics).toEqual([]);
    expect(job).toMatchObject(want);
  });

  test('one that the job does not declare is a mistake on the command line, and a warning in a file', () => {
    expect(parse(source, { variables: { m: '1' } }).diagnostics).toMatchObject([{ severity: 'error' }]);
    const fromFile = parse(source, { variableFiles: [{ filename: 'a.hcl', source: 'm = 1\n' }] });
    expect(fromFile.diagnostics).toMatchObject([{ severity: 'warning' }]);
    expect(fromFile.job).toBeDefined();
  });

  test('null stands for the default where it is no value', () => {
    const source = (nullable: boolean) =>
      `variable "a" {\n type = string\n default = "x"\n nullable = ${nullable}\n}\njob "j" {\n meta {\n a = jsonencode(var.a)\n }\n}`;
    const given = [{ filename: 'v.hcl', source: 'a = null' }];
    const read = (nullable: boolean) => parse(source(nullable), { variableFiles: given }).job?.Meta;
    expect([read(true), read(false)]).toEqual([{ a: 'null' }, { a: '"x"' }]);
  });

  test('a validation that fails says its own words', () => {
    const validated = `variable "n" {\n  default = 1\n  validation {\n    condition = var.n > 2\n    error_message = "More, please."\n  }\n}\njob "j" {}\n`;
    expect(errorLines(parse(validated).diagnostics)).toContain('More, please.');
    expect(parse(validated, { variables: { n: '3' } }).diagnostics).toEqual([]);
  });
});

describe('routes, which only this agent knows', () => {
  test('are absent where there are none', () => {
    expect(parse(service('name = "s"')).job?.TaskGroups?.[0]?.Services?.[0]).not.toHaveProperty('Routes');
  });
  test('are read', () => {
    const source = service(
      'route {\n host = "a.example"\n path = "/x"\n tls = true\n}\nroute { path = "/y" }\nroute { tcp = 5432 }',
    );
    expect(parse(source).job?.TaskGroups?.[0]?.Services?.[0]?.Routes).toEqual([
      { Host: 'a.example', Path: '/x', StripPath: false, TLS: true },
      { Host: '', Path: '/y', StripPath: false, TLS: false },
      { Host: '', Path: '', StripPath: false, TLS: false, TCP: 5432 },
    ]);
  });
});

describe('blocks and arguments of later versions', () => {
  const cases = [
    { name: 'a service of another provider', given: service('provider = "nomad"'), want: '"Provider":"nomad"' },
    {
      name: 'a body in a check',
      given: service('check {\n type = "http"\n body = "x"\n on_update = "ignore"\n}'),
      want: '"Body":"x"',
    },
    { name: 'most memory', given: task('resources { memory_max = 512 }'), want: '"MemoryMaxMB":512' },
    { name: 'whole cores', given: task('resources { cores = 2 }'), want: '"Cores":2' },
    { name: 'a node pool', given: 'job "j" {\n node_pool = "gpu"\n}\n', want: '"NodePool":"gpu"' },
    { name: 'an action', given: task('action "flush" { command = "/bin/x" }'), want: '"Actions":[{"Name":"flush"' },
    {
      name: 'a page',
      given: 'job "j" {\n ui {\n description = "d"\n link {\n label = "l"\n url = "u"\n }\n }\n}\n',
      want: '"Label":"l"',
    },
  ];
  test.each(cases)('$name', ({ given, want }) => {
    const { job, diagnostics } = parse(given);
    expect(errorLines(diagnostics)).toBe('');
    expect(JSON.stringify(job)).toContain(want);
  });
});

describe('job files in JSON', () => {
  test("HCL's JSON syntax", () => {
    const source = JSON.stringify({
      variable: { n: { default: 3 } },
      job: {
        j: {
          datacenters: ['dc1'],
          meta: { a: 'b' },
          group: {
            g: {
              count: '${var.n}',
              network: { port: { http: { to: 80 }, adm: { static: 9000 } } },
              task: { t: { driver: 'raw_exec', config: { command: '/bin/true', args: ['a'] }, env: { A: '1' } } },
            },
          },
        },
      },
    });
    const { job, diagnostics } = parse(source, { filename: 'job.json' });
    expect(errorLines(diagnostics)).toBe('');
    expect(job).toMatchObject({
      ID: 'j',
      Meta: { a: 'b' },
      TaskGroups: [
        {
          Count: 3,
          Networks: [{ DynamicPorts: [{ Label: 'http', To: 80 }], ReservedPorts: [{ Label: 'adm', Value: 9000 }] }],
          Tasks: [{ Name: 't', Config: { command: '/bin/true', args: ['a'] }, Env: { A: '1' } }],
        },
      ],
    });
  });

  describe('what is not evaluated stands in quotes there', () => {
    const file = ({ type, iterator }: { type: string; iterator: string }) =>
      JSON.stringify({
        variable: { ports: { type, default: { http: 80 } } },
        job: {
          j: {
            group: {
              g: {
                network: {
                  dynamic: {
                    port: {
                      for_each: '${var.ports}',
                      iterator,
                      labels: ['${each.key}'],
                      content: { to: '${each.value}' },
                    },
                  },
                },
                task: { t: { driver: 'raw_exec', config: { command: '/bin/true' } } },
              },
            },
          },
        },
      });

    test('types and the names of iterators', () => {
      const { job, diagnostics } = parse(file({ type: 'map(number)', iterator: 'each' }), { filename: 'job.json' });
      expect(errorLines(diagnostics)).toBe('');
      expect(job?.TaskGroups?.[0]).toMatchObject({ Networks: [{ DynamicPorts: [{ Label: 'http', To: 80 }] }] });
    });

    test.each([
      { given: { type: 'map(nummer)', iterator: 'each' }, place: '1,35-41', want: '"nummer" is not a type' },
      { given: { type: 'map(number', iterator: 'each' }, place: '1,41-41', want: '")" ends it' },
      { given: { type: 'map(number)', iterator: 'each.key' }, place: '1,162-170', want: 'The iterator is a word' },
    ])('a mistake in $given has its place in the text', ({ given, place, want }) => {
      const told = errorLines(parse(file(given), { filename: 'job.json' }).diagnostics);
      expect(told).toContain(`job.json:${place}`);
      expect(told).toContain(want);
    });
  });

  const api = { ID: 'j', TaskGroups: [{ Name: 'g', Count: 2 }] };
  test.each([
    { name: 'a job as the API shows it', given: { Job: api } },
    { name: 'the job alone', given: api },
  ])('$name', ({ given }) => {
    const { job, diagnostics } = parse(JSON.stringify(given));
    expect(diagnostics).toEqual([]);
    expect(job).toMatchObject(api);
  });

  test('a mistake in it names its path', () => {
    expect(errorLines(parse('{"ID":"j","Priority":"x"}').diagnostics)).toContain('Priority: must be a whole number');
  });
});

describe('mistakes and what to write instead', () => {
  const cases = [
    { name: 'a misspelt argument', given: 'job "j" {\n  priorty = 1\n}\n', line: 2, want: 'priority' },
    { name: 'a block as argument', given: task('resources = { cpu = 1 }'), line: 5, want: 'remove the' },
    { name: 'an argument as block', given: 'job "j" {\n  datacenters {\n  }\n}\n', line: 2, want: '=' },
    { name: 'a unit', given: task('resources {\n  memory = "256MB"\n}'), line: 6, want: '256' },
    { name: 'days', given: task('kill_timeout = "2d"'), line: 5, want: '48h' },
    { name: 'a text for a list', given: 'job "j" {\n  datacenters = "dc1"\n}\n', line: 2, want: '["dc1"]' },
    { name: 'a wrong label', given: task('scaling "cpus" { max = 1 }'), line: 5, want: '"cpu"' },
    {
      name: 'an unknown dynamic block',
      given: 'job "j" {\n  dynamic "grup" {\n    for_each = []\n    content {}\n  }\n}\n',
      line: 2,
      want: '"group"',
    },
    { name: 'no job', given: 'locals {}\n', line: 2, want: 'job "name"' },
    { name: 'two jobs', given: 'job "a" {}\njob "b" {}\n', line: 2, want: 'a file of its own' },
  ];
  test.each(cases)('$name', ({ given, line, want }) => {
    const { job, diagnostics } = parse(given);
    expect(job).toBeUndefined();
    expect(diagnostics.map((each) => each.range?.start.line)).toContain(line);
    expect(diagnostics.map((each) => each.remedy).join('\n')).toContain(want);
  });

  test('all of them at once', () => {
    const { diagnostics } = parse(
      'job "j" {\n  priority = "x"\n  colour = "red"\n  group "g" {\n    count = true\n  }\n}\n',
    );
    expect(diagnostics.map((each) => each.range?.start.line).sort()).toEqual([2, 3, 5]);
  });
});

describe('the first version of HCL', () => {
  const source =
    'job "j" {\n  group "g" {\n    task "t" {\n      driver = "x"\n      env {\n        "A.b" = "1"\n        "C" = "2"\n      }\n      resources { cpu = 20 memory = 30 }\n    }\n  }\n}\n';

  test('has names in quotes, and several arguments on a line', () => {
    const { job, placeOf } = parse(source, { firstVersion: true });
    expect(job?.TaskGroups?.[0]?.Tasks?.[0]).toMatchObject({
      Env: { 'A.b': '1', C: '2' },
      Resources: { CPU: 20, MemoryMB: 30 },
    });
    expect(placeOf(['TaskGroups', 0, 'Tasks', 0, 'Resources', 'MemoryMB'])?.start).toMatchObject({
      line: 9,
      column: 28,
    });
  });

  test('has "%{" as text, and configuration in several blocks', () => {
    const given = `job "j" {
      group "g" {
        task "t" {
          driver = "x"
          config {
            a = "%{type}-%{+YYYY}"
            b = 1
          }
          config {
            b = 2
          }
          env { A = "1" }
          template {
            data = <<EOT
<%{POSINT:pri}> \${NOMAD_ALLOC_ID}
EOT
          }
          env { B = "2" }
        }
      }
    }
    `;
    const { job, diagnostics } = parse(given, { firstVersion: true });
    expect(diagnostics).toEqual([]);
    expect(job?.TaskGroups?.[0]?.Tasks?.[0]).toMatchObject({
      Config: { a: '%{type}-%{+YYYY}', b: 2 },
      Env: { A: '1', B: '2' },
      Templates: [{ EmbeddedTmpl: '<%{POSINT:pri}> ${NOMAD_ALLOC_ID}\n' }],
    });
  });

  test('is not taken without being told', () => expect(parse(source).diagnostics).not.toEqual([]));
});

test('files are read only where they may be', () => {
  const source = 'job "j" {\n  region = file("a.txt")\n}\n';
  expect(errorLines(parse(source).diagnostics)).toContain('filesystem function disabled');
  const files = { readFile: (path: string) => `<${path}>`, baseDir: '/base' };
  expect(parse(source, { files }).job?.Region).toMatch(/^<.*a\.txt>$/);
});

describe('recorded answers of the parse endpoint', () => {
  const steps = recordedSteps('jobs-parse').filter(({ answer }) => answer.text?.startsWith('input.hcl:'));
  test.each(steps.map((each) => ({ name: each.answer.step, ...each })))('$name', ({ step, answer }) => {
    const source = (step.body as { JobHCL: string }).JobHCL;
    expect(errorLines(parse(source).diagnostics)).toBe(answer.text);
  });
});
