import { describe, expect, test } from 'vitest';
import { parseCron } from '../src/cron.ts';

function times(spec: string, after: string, zone = 'UTC', count = 1): string[] | string {
  const schedule = parseCron(spec);
  if ('error' in schedule) return schedule.error;
  const found: string[] = [];
  let last: number | undefined = Date.parse(after);
  while (found.length < count) {
    last = schedule.next(last, zone);
    if (last === undefined) break;
    found.push(new Date(last).toISOString().replace('.000Z', 'Z'));
  }
  return found;
}

describe('the next time of an expression', () => {
  const after = '2026-11-20T10:00:05Z';
  const cases: { name: string; spec: string; after?: string; want: string | undefined }[] = [
    { name: 'five fields', spec: '*/15 * * * *', want: '2026-11-20T10:15:00Z' },
    { name: 'six fields, of which the last is the year', spec: '*/15 * * * * *', want: '2026-11-20T10:15:00Z' },
    { name: 'six fields with a year to come', spec: '15 4 * * 1-5 2027', want: '2027-01-01T04:15:00Z' },
    { name: 'seven fields, of which the first is the second', spec: '*/20 * * * * * *', want: '2026-11-20T10:00:20Z' },
    { name: 'a year that is over', spec: '0 0 1 1 * 1999', want: undefined },
    { name: 'a day that never comes', spec: '0 0 30 2 *', want: undefined },
    { name: 'a macro', spec: '@weekly', want: '2026-11-22T00:00:00Z' },
    {
      name: 'a step from a value on',
      spec: '5/20 * * * *',
      after: '2026-11-20T10:30:00Z',
      want: '2026-11-20T10:45:00Z',
    },
    { name: 'a step in a range', spec: '3-59/15 * * * *', want: '2026-11-20T10:03:00Z' },
    { name: 'days by short names', spec: '0 0 * * MON-tue', want: '2026-11-23T00:00:00Z' },
    { name: 'days by whole names', spec: '0 0 * * Monday', want: '2026-11-23T00:00:00Z' },
    { name: 'months by whole names', spec: '0 0 1 january,May *', want: '2027-01-01T00:00:00Z' },
    { name: 'Sunday as 7', spec: '0 0 * * 7', want: '2026-11-22T00:00:00Z' },
    { name: 'a question mark', spec: '0 0 ? * MON', want: '2026-11-23T00:00:00Z' },
    { name: 'the last day of a month', spec: '0 0 L * *', want: '2026-11-30T00:00:00Z' },
    { name: 'the last working day of a month', spec: '0 0 LW 1 *', want: '2027-01-29T00:00:00Z' },
    { name: 'the working day nearest to a date', spec: '0 0 15W 11 *', want: '2027-11-15T00:00:00Z' },
    { name: 'the last Friday of a month', spec: '0 0 * * 5L', want: '2026-11-27T00:00:00Z' },
    { name: 'the second Friday of a month', spec: '0 0 * * 5#2', want: '2026-12-11T00:00:00Z' },
    { name: 'a date or a day of the week', spec: '0 0 1 * MON', want: '2026-11-23T00:00:00Z' },
  ];
  test.each(cases)('$name', ({ spec, after: from = after, want }) => {
    expect(times(spec, from)).toEqual(want === undefined ? [] : [want]);
  });
});

describe('when clocks are turned', () => {
  const cases: { name: string; spec: string; zone: string; after: string; want: string[] }[] = [
    {
      name: 'an hour that is leaped over is left out',
      spec: '30 2 * * *',
      zone: 'America/New_York',
      after: '2026-03-07T05:00:00Z',
      want: ['2026-03-07T07:30:00Z', '2026-03-09T06:30:00Z', '2026-03-10T06:30:00Z'],
    },
    {
      name: 'an hour that comes twice counts twice',
      spec: '30 1 * * *',
      zone: 'America/New_York',
      after: '2026-10-31T12:00:00Z',
      want: ['2026-11-01T05:30:00Z', '2026-11-01T06:30:00Z', '2026-11-02T06:30:00Z'],
    },
    {
      name: 'every hour stays every hour',
      spec: '0 * * * *',
      zone: 'Europe/Berlin',
      after: '2026-10-24T23:30:00Z',
      want: ['2026-10-25T00:00:00Z', '2026-10-25T01:00:00Z', '2026-10-25T02:00:00Z', '2026-10-25T03:00:00Z'],
    },
    {
      name: 'a zone that is half an hour off, and turns by half an hour',
      spec: '45 1 * * *',
      zone: 'Australia/Lord_Howe',
      after: '2026-04-04T12:00:00Z',
      want: ['2026-04-04T14:45:00Z', '2026-04-04T15:15:00Z', '2026-04-05T15:15:00Z'],
    },
    {
      name: 'years of turns lie between',
      spec: '0 6 1 7 * 2029',
      zone: 'Europe/Berlin',
      after: '2026-11-20T10:00:00Z',
      want: ['2029-07-01T04:00:00Z'],
    },
  ];
  test.each(cases)('$name', ({ spec, zone, after, want }) => {
    expect(times(spec, after, zone, want.length)).toEqual(want);
  });
});

describe('what is no expression', () => {
  const cases: { spec: string; want: string }[] = [
    { spec: 'every day', want: 'write five fields' },
    { spec: '* * * *', want: 'write five fields' },
    { spec: 'valueOf', want: 'write five fields' },
    { spec: '@reboot', want: 'must be one of @yearly' },
    { spec: '61 * * * *', want: '"61" is no minute' },
    { spec: '0 25 * * *', want: '"25" is no hour' },
    { spec: '0 0 1 13 *', want: '"13" is no month' },
    { spec: '0 0 * * someday', want: '"someday" is no day of week' },
    { spec: '10-5 * * * *', want: '"10-5" is no minute' },
    { spec: '60 0 0 * * * *', want: '"60" is no second' },
    { spec: '0 0 * * * soon', want: '"soon" is no year' },
  ];
  test.each(cases)('$spec', ({ spec, want }) => {
    expect(times(spec, '2026-01-01T00:00:00Z')).toContain(want);
  });
});
