import { expect, test } from 'vitest';
import { goDuration } from '../../src/client/go-duration.ts';

test.each([
  { given: 0, want: '0s' },
  { given: 2e9, want: '2s' },
  { given: 60e9, want: '1m0s' },
  { given: 3_600e9, want: '1h0m0s' },
  { given: 1_800e9, want: '30m0s' },
  { given: 90.5e9, want: '1m30.5s' },
  { given: 300e6, want: '300ms' },
  { given: 1_500, want: '1.5µs' },
  { given: 7, want: '7ns' },
  { given: -2e9, want: '-2s' },
])('$given is $want', ({ given, want }) => {
  expect(goDuration(given)).toBe(want);
});
