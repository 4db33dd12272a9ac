import { describe, expect, test } from 'vitest';
import { evaluateSockaddr } from '../../../../src/config/addresses/sockaddr/evaluate.ts';

const address = (text: string, netmask = '255.255.255.0') =>
  ({ address: text, netmask, family: 'IPv4', internal: text.startsWith('127.') }) as const;
const machine = {
  interfaces: { lo: [address('127.0.0.1', '255.0.0.0')], eth0: [address('10.0.0.5')], eth1: [address('8.8.4.4')] },
  defaultInterface: 'eth0',
};

describe('an expression of go-sockaddr', () => {
  test.each([
    { given: 'GetPrivateIP', want: '10.0.0.5' },
    { given: 'GetInterfaceIP "eth1"', want: '8.8.4.4' },
    { given: 'GetInterfaceIP "eth9"', want: '' },
    { given: 'GetPrivateInterfaces | attr "name"', want: 'eth0' },
    { given: 'GetAllInterfaces | exclude "name" "lo" | join "address" " "', want: '10.0.0.5 8.8.4.4' },
  ])('$given', ({ given, want }) => expect(evaluateSockaddr(given, machine)).toBe(want));

  test('that is none is refused', () => {
    expect(() => evaluateSockaddr('GetNothing', machine)).toThrow('function "GetNothing" not defined');
  });
});
