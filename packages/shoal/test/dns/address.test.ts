import { describe, expect, test } from 'vitest';
import { addressHex, addressText, parseAddress, reverseAddress } from '../../src/dns/address.ts';

describe('addresses', () => {
  const cases: { name: string; given: string; want: { hex: string; text: string } | undefined }[] = [
    { name: 'IPv4', given: '10.0.0.1', want: { hex: '0a000001', text: '10.0.0.1' } },
    {
      name: 'IPv6, short',
      given: '2001:db8::1',
      want: { hex: '20010db8000000000000000000000001', text: '2001:db8::1' },
    },
    {
      name: 'IPv6, long',
      given: '2001:0DB8:0:0:0:0:0:1',
      want: { hex: '20010db8000000000000000000000001', text: '2001:db8::1' },
    },
    { name: 'all zeros', given: '::', want: { hex: '0'.repeat(32), text: '::' } },
    { name: 'ends in ::', given: 'fe80::', want: { hex: `fe80${'0'.repeat(28)}`, text: 'fe80::' } },
    { name: 'with a zone', given: 'fe80::1%eth0', want: { hex: `fe80${'0'.repeat(27)}1`, text: 'fe80::1' } },
    { name: 'mapped IPv4', given: '::ffff:10.0.0.1', want: { hex: '0a000001', text: '10.0.0.1' } },
    { name: 'a host name', given: 'www.example.com', want: undefined },
    { name: 'nothing', given: '', want: undefined },
    { name: 'nearly IPv4', given: '10.0.0.256', want: undefined },
  ];
  test.each(cases)('$name', ({ given, want }) => {
    const address = parseAddress(given);
    expect(address && { hex: addressHex(address), text: addressText(address.bytes) }).toEqual(want);
  });
});

describe('reverse names', () => {
  const nibbles = '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.4.2.0.0.8.b.d.0.1.0.0.2';
  const cases: { name: string; given: string; want: string | undefined }[] = [
    { name: 'IPv4', given: '1.0.24.10.in-addr.arpa', want: '10.24.0.1' },
    { name: 'IPv6', given: `${nibbles}.ip6.arpa`, want: '2001:db8:24::1' },
    { name: 'partial IPv4', given: '24.10.in-addr.arpa', want: undefined },
    { name: 'partial IPv6', given: '8.b.d.0.1.0.0.2.ip6.arpa', want: undefined },
    { name: 'no number', given: 'x.0.24.10.in-addr.arpa', want: undefined },
    { name: 'the zone alone', given: 'in-addr.arpa', want: undefined },
  ];
  test.each(cases)('$name', ({ given, want }) => {
    expect(reverseAddress(given.split('.'))).toBe(want);
  });
});
