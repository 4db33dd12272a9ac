import { compile } from '@shoal/gotemplate';
import { describe, expect, test } from 'vitest';
import type { InterfaceAddress } from '../../../../src/config/addresses/interface-address.ts';
import { sockaddrFunctions } from '../../../../src/config/addresses/sockaddr/functions.ts';

const at = (name: string, address: string, prefix: number, isDefault = false): InterfaceAddress => ({
  name,
  address,
  prefix,
  family: address.includes(':') ? 6 : 4,
  loopback: name === 'lo',
  isDefault,
});
const MACHINE = [
  at('lo', '127.0.0.1', 8),
  at('eth0', '192.168.10.20', 24, true),
  at('eth1', '10.0.0.9', 16),
  at('eth2', '203.0.113.7', 32),
  at('eth0', 'fe80::1', 64, true),
  at('eth0', '2001:db8::ffff', 64, true),
];

const render = (pipeline: string, addresses = MACHINE) =>
  compile(`{{ ${pipeline} }}`, { name: 'address', functions: sockaddrFunctions(addresses) }).render();
const of = (address: string, prefix: number) => [at('x', address, prefix)];

describe('lists', () => {
  const cases = [
    { given: 'GetAllInterfaces | offset 1 | limit 2 | join "address" " "', want: '192.168.10.20 10.0.0.9' },
    { given: 'GetAllInterfaces | offset "-2" | limit 1 | attr "address"', want: 'fe80::1' },
    {
      given: 'GetAllInterfaces | include "type" "IPv4" | sort "-address" | join "name" ","',
      want: 'eth2,eth0,lo,eth1',
    },
    {
      given: 'GetAllInterfaces | sort "default,-type,size,+address" | limit 2 | join "address" " "',
      want: '2001:db8::ffff fe80::1',
    },
    { given: 'GetAllInterfaces | sort "name" | unique "name" | join "name" " "', want: 'eth0 eth1 eth2 lo' },
    {
      given: 'GetAllInterfaces | include "rfcs" "1918|5737" | join "address" " "',
      want: '192.168.10.20 10.0.0.9 203.0.113.7',
    },
    { given: 'GetAllInterfaces | include "network" "10.0.0.0/8|127.0.0.0/8" | join "name" " "', want: 'lo eth1' },
    {
      given: 'GetAllInterfaces | include "flags" "forwardable|up" | exclude "type" "IPv6" | join "name" " "',
      want: 'eth0 eth1 eth2',
    },
    { given: 'GetAllInterfaces | include "flag" "link-local unicast" | attr "address"', want: 'fe80::1' },
    { given: 'GetAllInterfaces | include "size" "24" | attr "name"', want: 'eth0' },
    { given: 'GetAllInterfaces | include "name" "^none$" | attr "address"', want: '' },
    {
      given: 'range GetAllInterfaces | include "name" "^eth[12]$" }}{{ Attr "address" . }} {{ end',
      want: '10.0.0.9 203.0.113.7 ',
    },
    {
      given: 'GetDefaultInterfaces | include "type" "IPv4" | math "network" "+1" | attr "address"',
      want: '192.168.10.1',
    },
  ];
  test.each(cases)('$given', ({ given, want }) => expect(render(given)).toBe(want));
});

describe('calculating with addresses', () => {
  const cases = [
    { from: of('127.255.255.255', 8), given: 'math "address" "+1" | attr "address"', want: '128.0.0.0' },
    { from: of('10.0.0.1', 8), given: 'math "address" "-256" | attr "address"', want: '9.255.255.1' },
    { from: of('0.0.0.0', 8), given: 'math "address" "-1" | attr "address"', want: '255.255.255.255' },
    { from: of('127.0.0.1', 8), given: 'math "network" "-1" | attr "address"', want: '127.255.255.255' },
    { from: of('10.0.0.200', 24), given: 'math "network" "+2" | attr "address"', want: '10.0.0.2' },
    { from: of('10.0.0.200', 24), given: 'math "network" "+258" | attr "address"', want: '10.0.0.2' },
    { from: of('10.0.0.200', 24), given: 'math "network" "-2" | attr "address"', want: '10.0.0.254' },
    { from: of('192.168.10.20', 24), given: 'math "mask" "16" | attr "string"', want: '192.168.0.0/16' },
    { from: of('192.168.10.20', 24), given: 'math "mask" "28" | attr "string"', want: '192.168.10.16/24' },
    { from: of('2001:db8::ffff', 64), given: 'math "address" "+1" | attr "address"', want: '2001:db8::1:0' },
    {
      from: of('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 64),
      given: 'math "address" "+1" | attr "address"',
      want: '::',
    },
    {
      from: of('2001:db8::1', 64),
      given: 'math "network" "-1" | attr "address"',
      want: '2001:db8::ffff:ffff:ffff:ffff',
    },
  ];
  test.each(cases)('$given', ({ from, given, want }) => expect(render(`GetAllInterfaces | ${given}`, from)).toBe(want));
});

describe('attributes', () => {
  const v4 = {
    address: '192.168.10.20',
    binary: '11000000101010000000101000010100',
    broadcast: '192.168.10.255',
    first_usable: '192.168.10.1',
    hex: 'c0a80a14',
    host: '192.168.10.20',
    last_usable: '192.168.10.254',
    mask_bits: '24',
    name: 'x',
    netmask: '255.255.255.0',
    network: '192.168.10.0',
    octets: '192 168 10 20',
    port: '0',
    size: '256',
    string: '192.168.10.20/24',
    type: 'IPv4',
    uint32: '3232238100',
    uint128: '',
  };
  test.each(Object.entries(v4))('%s: %s', (name, want) =>
    expect(render(`GetAllInterfaces | attr "${name}"`, of('192.168.10.20', 24))).toBe(want),
  );
  const v6 = {
    broadcast: '',
    first_usable: '2001:db8::1',
    hex: '20010db8000000000000000000000005',
    last_usable: '2001:db8::ffff:ffff:ffff:ffff',
    netmask: 'ffff:ffff:ffff:ffff::',
    network: '2001:db8::',
    size: '18446744073709551616',
    type: 'IPv6',
    uint128: '42540766411282592856903984951653826565',
  };
  test.each(Object.entries(v6))('of IPv6, %s: %s', (name, want) =>
    expect(render(`GetAllInterfaces | attr "${name}"`, of('2001:db8::5', 64))).toBe(want),
  );
});

describe('mistakes', () => {
  test.each([
    { given: 'GetAllInterfaces | math "address" "1" | attr "address"', want: 'no number with a sign' },
    { given: 'GetAllInterfaces | math "mask" "99" | attr "address"', want: 'no size of a network mask' },
    { given: 'GetAllInterfaces | math "plus" "+1" | attr "address"', want: 'there are address, mask, network' },
    { given: 'GetAllInterfaces | limit "x" | attr "address"', want: 'no whole number' },
    { given: 'GetAllInterfaces | include "name" "(" | attr "address"', want: 'missing closing )' },
    { given: 'GetAllInterfaces | attr "adress"', want: 'is no attribute' },
  ])('$given', ({ given, want }) => expect(() => render(given)).toThrow(want));
});
