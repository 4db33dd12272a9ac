import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../src/duration.ts';

describe('durations as Go reads them', () => {
  const cases: { given: string; want: number | undefined }[] = [
    { given: '30s', want: 30e9 },
    { given: '1h30m', want: 5400e9 },
    { given: '1m0.5s', want: 60.5e9 },
    { given: '2.5m', want: 150e9 },
    { given: '.5s', want: 0.5e9 },
    { given: '250us', want: 250e3 },
    { given: '250µs', want: 250e3 },
    { given: '-5s', want: -5e9 },
    { given: '0', want: 0 },
    { given: '', want: undefined },
    { given: '5', want: undefined },
    { given: '2d', want: undefined },
    { given: '5 minutes', want: undefined },
    { given: '1h x', want: undefined },
  ];
  test.each(cases)('$given', ({ given, want }) => expect(parseDuration(given)).toBe(want));
});

describe('durations as Go writes them', () => {
  const cases = [
    { given: 0, want: '0s' },
    { given: 1.5e9, want: '1.5s' },
    { given: 2e9, want: '2s' },
    { given: 60e9, want: '1m0s' },
    { given: 90e9, want: '1m30s' },
    { given: 90.5e9, want: '1m30.5s' },
    { given: 1800e9, want: '30m0s' },
    { given: 300e6, want: '300ms' },
    { given: 3600e9, want: '1h0m0s' },
    { given: 250e6, want: '250ms' },
    { given: 1500, want: '1.5µs' },
    { given: 7, want: '7ns' },
    { given: -2e9, want: '-2s' },
  ];
  test.each(cases)('$want', ({ given, want }) => expect(formatDuration(given)).toBe(want));
});
