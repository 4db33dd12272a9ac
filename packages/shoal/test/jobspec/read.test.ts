import { describe, expect, test } from 'vitest';
import { readJob } from '../../src/jobspec/read.ts';

const group = (more: object) => ({ TaskGroups: [{ Name: 'g', ...more }] });

describe('what is wrong with API JSON is said with its path', () => {
  const cases: { name: string; given: unknown; want: string }[] = [
    { name: 'no object', given: 'x', want: 'Job: must be an object, not "x"' },
    { name: 'text for a number', given: { Priority: 'high' }, want: 'Priority: must be a whole number, not "high"' },
    { name: 'a fraction', given: { Priority: 1.5 }, want: 'Priority: must be a whole number, not 1.5' },
    {
      name: 'one text for a list',
      given: { Datacenters: 'dc1' },
      want: 'Datacenters: must be a list of strings, not "dc1"',
    },
    {
      name: 'deep inside',
      given: group({ Tasks: [{ Name: 1 }] }),
      want: 'TaskGroups[0].Tasks[0].Name: must be a string, not 1',
    },
    { name: 'a map of numbers', given: { Meta: { a: 1 } }, want: 'Meta: must be a map of strings, not an object' },
    {
      name: 'no object in a list',
      given: { TaskGroups: [null] },
      want: 'TaskGroups[0]: must be an object, not nothing',
    },
    {
      name: 'out of range',
      given: { Affinities: [{ Weight: 500 }] },
      want: 'Affinities[0].Weight: must be a whole number between -128 and 127, not 500',
    },
  ];
  test.each(cases)('$name', ({ given, want }) => {
    expect(readJob(given).errors.map(({ path, message }) => `${path}: ${message}`)).toEqual([want]);
  });
});

test('unknown fields are left out and named', () => {
  const { job, unknown, errors } = readJob({ ID: 'x', Colour: 'red', ...group({ Speed: 1 }) });
  expect(errors).toEqual([]);
  expect(unknown.map(({ path }) => path)).toEqual(['Colour', 'TaskGroups[0].Speed']);
  expect(job).not.toHaveProperty('Colour');
});

test('names are matched without regard to case where they are not exact, and durations may be text', () => {
  const { job, errors, unknown } = readJob({ id: 'x', taskgroups: [{ name: 'g', ShutdownDelay: '30s' }] });
  expect([errors, unknown]).toEqual([[], []]);
  expect(job.ID).toBe('x');
  expect(job.TaskGroups?.[0]?.ShutdownDelay).toBe(30e9);
});

test('a prototype is no way in', () => {
  const { job } = readJob(JSON.parse('{"ID":"x","__proto__":{"Priority":7},"Meta":{"__proto__":"v"}}'));
  expect(job.Priority).toBeNull();
  expect(Object.keys(job.Meta ?? {})).toEqual(['__proto__']);
});
