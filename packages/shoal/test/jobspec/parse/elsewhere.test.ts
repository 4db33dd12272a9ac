import { describe, expect, test } from 'vitest';
import { parseJob } from '../../../src/jobspec/parse/parse-job.ts';

/** What is told of `line` in a job, a group, a task or its resources. */
function remedyFor(line: string, place: 'job' | 'group' | 'task' | 'resources'): string | undefined {
  const put = (wanted: string) => (wanted === place ? line : '');
  const source = `job "a" {
    ${put('job')}
    group "g" {
      ${put('group')}
      task "t" {
        ${put('task')}
        resources {
          ${put('resources')}
        }
      }
    }
  }
  `;
  return parseJob(source, { filename: 'f' }).diagnostics[0]?.remedy;
}

describe('a word in the wrong place is told the right one', () => {
  const cases = [
    { line: 'periodic {}', place: 'group', want: 'periodic belongs into the job block' },
    { line: 'count = 2', place: 'job', want: 'count belongs into a group block' },
    { line: 'service {}', place: 'job', want: 'service belongs into a group block or a task block' },
    { line: 'network {}', place: 'task', want: 'network belongs into a group block' },
    { line: 'cpu = 500', place: 'task', want: 'cpu belongs into a resources block' },
    { line: 'attempts = 2', place: 'group', want: 'attempts belongs into a restart block or a reschedule block' },
    {
      line: 'image = "x"',
      place: 'task',
      want: 'image is a word of the driver: write it into the config block of a task',
    },
    {
      line: 'reserved_ports = [80]',
      place: 'resources',
      want: 'write a block port "NAME" { static = … } for each of them',
    },
    { line: 'drver = "x"', place: 'task', want: 'did you mean driver = …?' },
    // Half a dozen blocks have it.
    { line: 'interval = "1s"', place: 'task', want: undefined },
  ] as const;
  test.each(cases)('$line in $place', ({ line, place, want }) => expect(remedyFor(line, place)).toBe(want));
});

describe('a label that is computed', () => {
  const cases = [
    { source: 'job "a-${var.b}" {}', want: 'id = "…"' },
    { source: 'job "a" {\n  group "${var.b}" {}\n}', want: 'dynamic "group" with for_each' },
    { source: 'variable "${b}" {}\njob "a" {}', want: 'write it plainly' },
  ];
  test.each(cases)('$source', ({ source, want }) => {
    const [first] = parseJob(source, { filename: 'f' }).diagnostics;
    expect(first?.detail).toContain('The label of a block is a plain string');
    expect(first?.remedy).toContain(want);
  });
});
