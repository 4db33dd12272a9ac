import { describe, expect, test } from 'vitest';
import { parseJob } from '../../../src/jobspec/parse/parse-job.ts';

/** What is told of a line in a group, with the severity and the remedy. */
function told(line: string, variables: Record<string, string> = {}): string[] {
  const source = `variable "v" {
    default = ""
  }
  job "a" {
    group "g" {
      ${line}
    }
  }
  `;
  return parseJob(source, { filename: 'f', variables }).diagnostics.map(
    ({ severity, detail, remedy }) => `${severity}: ${detail}${remedy ? ` (${remedy})` : ''}`,
  );
}

describe('a value of the wrong kind', () => {
  const cases = [
    {
      line: 'count = "many"',
      want: 'error: Unsuitable value for "count": a number is required, not "many".',
    },
    {
      line: 'count = []',
      want: 'error: Unsuitable value for "count": a number is required, not a list.',
    },
    {
      line: 'prevent_reschedule_on_lost = yes',
      want: 'error: Unsuitable value for "prevent_reschedule_on_lost": a bool is required, not "${yes}". (write true)',
    },
    {
      line: 'prevent_reschedule_on_lost = "Off"',
      want: 'error: Unsuitable value for "prevent_reschedule_on_lost": a bool is required, not "Off". (write false)',
    },
    {
      line: 'update {\n health_check = ["checks"]\n}',
      want: 'error: Unsuitable value for "health_check": a string is required, not a list. (remove the brackets)',
    },
  ];
  test.each(cases)('$line', ({ line, want }) => expect(told(line)).toEqual([want]));

  test('shows what a variable holds', () => {
    expect(told('count = var.v', { v: 'set-me' })).toEqual([
      'error: Unsuitable value for "count": a number is required, not "set-me".',
    ]);
  });
});

describe('a value that is most likely not meant', () => {
  const cases = [
    {
      line: 'shutdown_delay = 10',
      want: ['warning: A number is taken as nanoseconds: "shutdown_delay" is 10ns. (write "10s" if seconds are meant)'],
    },
    { line: 'shutdown_delay = 10000000000', want: [] },
    { line: 'shutdown_delay = 0', want: [] },
    {
      line: 'update {\n health_check = checks\n}',
      want: [
        'warning: Without quotes, checks is a variable, and none of that name is known while the file is read. (write "checks" if the text is meant)',
      ],
    },
    { line: 'service {\n name = NOMAD_JOB_NAME\n address = attr.unique.hostname\n}', want: [] },
    { line: 'service {\n name = "${NAME}"\n}', want: [] },
  ];
  test.each(cases)('$line', ({ line, want }) => expect(told(line)).toEqual(want));
});
