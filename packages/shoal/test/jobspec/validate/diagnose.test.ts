import { describe, expect, test } from 'vitest';
import { canonicalJob } from '../../../src/jobspec/canonicalize.ts';
import { parseJob } from '../../../src/jobspec/parse/parse-job.ts';
import { diagnose } from '../../../src/jobspec/validate/diagnose.ts';

/** Each mistake as `line: summary (remedy)`; the file is a job with one group and one task, with lines put into them. */
function mistakes({ job = '', group = '', task = '' }: { job?: string; group?: string; task?: string }): string[] {
  const source = `job "j" {
  datacenters = ["dc1"]
  group "g" {
    task "t" {
      driver = "raw_exec"
${task}
    }
${group}
  }
${job}
}
`;
  const read = parseJob(source, { filename: 'f' });
  if (!read.job) throw new Error(JSON.stringify(read.diagnostics));
  return diagnose(canonicalJob(read.job), read.placeOf).map(({ summary, range, remedy }) => {
    const said = source.split('\n')[(range?.start.line ?? 0) - 1]?.slice((range?.start.column ?? 1) - 1);
    return `${said?.split(' ')[0]}: ${summary}${remedy ? ` (${remedy})` : ''}`;
  });
}

describe('each mistake at its place, with the word that was meant', () => {
  const cases = [
    { name: 'nothing', given: {}, want: [] },
    {
      name: 'an argument of the job',
      given: { job: 'priority = 101' },
      want: ['priority: Job priority must be between [1, 100]'],
    },
    {
      name: 'a word of the job',
      given: { job: 'type = "servce"' },
      want: ['type: Invalid job type: "servce" (did you mean "service"?)'],
    },
    {
      name: 'an argument of a block',
      given: { group: 'restart {\n mode = "fial"\n}' },
      want: ['mode: Unsupported restart mode: "fial" (did you mean "fail"?)'],
    },
    {
      name: 'a block, where the argument is not there',
      given: { task: 'artifact {\n}' },
      want: ['artifact: source must be specified'],
    },
    {
      name: 'a port that nobody declared',
      given: { group: 'network {\n port "http" {}\n}\nservice {\n name = "s"\n port = "htp"\n}' },
      want: ['port: port label "htp" referenced by services s does not exist (did you mean "http"?)'],
    },
    {
      name: 'the second of two',
      given: { group: 'task "t" {\n driver = "x"\n}' },
      want: ["task: Task 2 redefines 't' from task 1"],
    },
    {
      name: 'a volume',
      given: { group: 'volume "v" {\n type = "hots"\n source = "x"\n}' },
      want: ['type: Volume v has unrecognised type hots (did you mean "host"?)'],
    },
    {
      name: 'inside of a list of a list',
      given: { group: 'service {\n name = "s"\n check {\n type = "htp"\n}\n}' },
      want: [
        'type: check "htp": invalid type ("htp"), must be one of "http", "tcp", "grpc" or "script" (did you mean "http"?)',
      ],
    },
    {
      name: 'a port by its number',
      given: { group: 'network {\n port "a" {}\n port "b" {\n static = 70000\n}\n}' },
      want: ['static: Port b (70000) cannot be greater than 65535'],
    },
    {
      name: 'several at once',
      given: { job: 'priority = 0', task: 'kill_timeout = "-1s"' },
      want: ['priority: Job priority must be between [1, 100]', 'kill_timeout: KillTimeout must be a positive value'],
    },
    {
      name: 'warnings',
      given: { group: 'network {\n mbits = 10\n}' },
      want: ['mbits: mbits has been deprecated as of Nomad 0.12.0. Please remove mbits from the network block'],
    },
    {
      name: 'name servers for tasks that have those of their machine',
      given: { group: 'network {\n dns {\n servers = ["10.0.0.2"]\n }\n}' },
      want: [
        'dns: network.dns has no effect on tasks of the raw_exec driver ("t"): they use the resolver of their machine, which "shoal dns setup" makes find names of the cluster',
      ],
    },
    {
      name: 'name servers for tasks in a network of their own',
      given: { group: 'network {\n mode = "bridge"\n dns {\n servers = ["10.0.0.2"]\n }\n}' },
      want: [],
    },
  ];
  test.each(cases)('$name', ({ given, want }) => expect(mistakes(given)).toEqual(want));
});

test('without a job file the way is told', () => {
  const job = canonicalJob(
    parseJob(
      '{"ID":"j","Datacenters":["dc1"],"TaskGroups":[{"Name":"g","Count":-1,"Tasks":[{"Name":"t","Driver":"d"}]}]}',
      { filename: 'f' },
    ).job as never,
  );
  expect(diagnose(job, () => undefined)).toMatchObject([
    { summary: "Task group count can't be negative", detail: 'In TaskGroups[0].Count.' },
  ]);
});
