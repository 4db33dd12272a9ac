import { expect, test } from 'vitest';
import { createRateLimit } from '../../src/dns/rate-limit.ts';

const cases = [
  { name: 'one address', from: ['192.0.2.1'], want: 2 },
  { name: 'one network of IPv4', from: ['192.0.2.1', '192.0.2.99'], want: 2 },
  { name: 'two networks', from: ['192.0.2.1', '192.0.3.1'], want: 4 },
  { name: 'one network of IPv6', from: ['2001:db8:1:2:3::1', '2001:db8:1:0002::9'], want: 2 },
  { name: 'IPv4 on an IPv6 socket', from: ['::ffff:192.0.2.1', '192.0.2.2'], want: 2 },
  { name: 'this machine', from: ['127.0.0.1'], want: 10 },
];

test.each(cases)('$name', ({ from, want }) => {
  let now = 0;
  const mayBeWhole = createRateLimit(2, () => now);
  const asked = Array.from({ length: 10 }, (_, at) => mayBeWhole(from[at % from.length] as string));
  expect(asked.filter(Boolean)).toHaveLength(want);
  now = 1000;
  expect(mayBeWhole(from[0] as string)).toBe(true);
});
