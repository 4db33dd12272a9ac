import { describe, expect, test } from 'vitest';
import { withOtherLanguage } from '../../../src/jobspec/parse/other-languages.ts';
import { parseJob } from '../../../src/jobspec/parse/parse-job.ts';

const told = (source: string) => {
  const { diagnostics } = parseJob(source, { filename: 'f' });
  return withOtherLanguage(source, 'f', diagnostics).map(
    ({ range, summary }) => `${range?.start.line ?? ''}:${range?.start.column ?? ''} ${summary}`,
  );
};

describe('a job file in another language', () => {
  const cases = [
    {
      name: 'a template of Levant',
      given: '# x\njob "[[ .name ]]" {\n  priority = [[ .priority ]]\n}\n',
      want: ['2:6 The file is a template of a job file'],
    },
    {
      name: 'a template of Nomad Pack',
      given: 'job "a" {\n  [[- range $c := var "constraints" . ]]\n  [[- end ]]\n}\n',
      want: ['2:3 The file is a template of a job file'],
    },
    {
      name: 'the first version of HCL, names in quotes',
      given: 'job "a" {\n  meta {\n    "a.b" = "c"\n  }\n}\n',
      want: ['3:5 Invalid argument name', ': The file is in the first version of HCL'],
    },
    {
      name: 'the first version of HCL, blocks on one line',
      given: 'job "a" {\n  group "g" { count = 1 task "t" { driver = "exec" } }\n}\n',
      want: ['2:25 Invalid single-argument block definition', ': The file is in the first version of HCL'],
    },
    {
      name: 'a template of Terraform: a value without quotes',
      given: 'job "a" {\n  group "g" {\n    count = ${count}\n  }\n}\n',
      want: ['3:13 Invalid character', ': The file looks like a template of a job file'],
    },
    {
      name: 'a template of Terraform: a directive',
      given: 'job "a" {\n  %{ if canary }\n  priority = 3\n  %{ endif }\n}\n',
      want: [
        '2:3 Argument or block definition required',
        '4:3 Argument or block definition required',
        ': The file looks like a template of a job file',
      ],
    },
    {
      name: 'a template of Ansible',
      given: 'job "a" {\n  priority = {{ priority }}\n}\n',
      want: [
        '2:26 Missing key/value separator',
        '2:27 Missing key/value separator',
        ': The file looks like a template of a job file',
      ],
    },
    {
      name: 'a template of Octopus Deploy',
      given: 'job "a" {\n  priority = #{Priority}\n}\n',
      want: ['2:14 Invalid expression', ': The file looks like a template of a job file'],
    },
    {
      name: 'none: a variable with too much around it',
      given: 'job "a" {\n  priority = ${var.priority}\n}\n',
      want: ['2:14 Invalid character'],
    },
    {
      name: 'none: lists in lists',
      given: 'job "a" {\n  datacenters = [[var.a], [if.b], ["c"]\n}\n',
      want: ['3:1 Missing item separator'],
    },
    {
      name: 'none: brackets in texts of a job that can be read',
      given: 'job "a" {\n  region = "[[ .region ]]"\n  typ = "x"\n}\n',
      want: ['3:3 Unsupported argument'],
    },
  ];
  test.each(cases)('$name', ({ given, want }) => expect(told(given)).toEqual(want));
});
