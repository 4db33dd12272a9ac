import { describe, expect, test } from 'vitest';
import { parseJob } from '../../../src/jobspec/parse/parse-job.ts';

const mistakes = (source: string) =>
  parseJob(source, { filename: 'f' }).diagnostics.map(({ range, summary }) => `${range?.start.line} ${summary}`);
const lines = (...all: string[]) => all.join('\n');

describe('all mistakes of a file at once', () => {
  const cases = [
    {
      name: 'of the meaning',
      given: lines('job "j" {', 'typ = 1', 'group "g" {', 'count = var.n', '}', 'taks "t" {}', '}'),
      want: ['2 Unsupported argument', '6 Unsupported block type', '4 Unsupported attribute'],
    },
    {
      name: 'beside one of the syntax',
      given: lines('job "j" {', 'priority =', 'typ = 1', 'group "g" {', 'count = "x"', '}', '}'),
      want: ['2 Invalid expression', '3 Unsupported argument', '5 Unsuitable value type'],
    },
    {
      name: 'but not what follows from one of the syntax',
      given: lines('variable "n" {', 'default = [', '}', 'job "j" {', 'priority = var.n', '}'),
      want: expect.arrayContaining([expect.stringMatching(/^[23] /)]),
    },
    {
      name: 'nor what seems wrong because a brace is missing',
      given: lines('job "j" {', 'group "g" {', 'task "t" {', 'driver = "x"', '}', 'group "h" {', '}', '}'),
      want: ['8 Argument or block definition required'],
    },
    {
      name: 'a variable without a value, once',
      given: lines('variable "n" {}', 'job "j" {', 'priority = var.n', '}'),
      want: ['1 Unset variable "n"'],
    },
  ];
  test.each(cases)('$name', ({ given, want }) => expect(mistakes(given)).toEqual(want));

  test('what is not declared says how to declare it', () => {
    const source = lines('locals {', 'zone = "a"', '}', 'job "j" {', 'region = var.region', 'type = local.zon', '}');
    const told = parseJob(source, { filename: 'f' }).diagnostics.map(({ detail, remedy }) => [detail, remedy]);
    expect(told).toEqual([
      ['The variable "region" is not declared.', 'declare it: variable "region" {}'],
      ['There is no local value "zon".', 'did you mean local.zone?'],
    ]);
  });
});
