import { describe, expect, test } from 'vitest';
import { defaultInterface } from '../../../src/config/addresses/default-route.ts';
import { resolveAddresses } from '../../../src/config/addresses/resolve-address.ts';
import { aMachine } from '../machine.ts';

describe('addresses of a setting', () => {
  const cases: { name: string; given: string; want: string[] }[] = [
    { name: 'an address', given: '10.1.2.3', want: ['10.1.2.3'] },
    { name: 'IPv6 in brackets', given: '[::1]', want: ['::1'] },
    { name: 'localhost', given: 'localhost', want: ['127.0.0.1'] },
    { name: 'interface template in double quotes', given: '{{ GetInterfaceIP "eth0" }}', want: ['95.217.186.98'] },
    { name: 'interface template in backquotes', given: '{{ GetInterfaceIP `wgoverlay` }}', want: ['172.16.230.100'] },
    { name: 'interface template without blanks', given: '{{GetInterfaceIP "enp7s0"}}', want: ['10.33.0.2'] },
    {
      name: 'several',
      given: '127.0.0.1 {{ GetInterfaceIP "docker0" }} {{ GetInterfaceIP "wgoverlay" }}',
      want: ['127.0.0.1', '172.17.0.1', '172.16.230.100'],
    },
    { name: 'the same one twice', given: '127.0.0.1 localhost', want: ['127.0.0.1'] },
    { name: 'all of an interface', given: '{{ GetInterfaceIPs "lo" }}', want: ['127.0.0.1', '::1'] },
    { name: 'name of an interface', given: 'eth0', want: ['95.217.186.98'] },
    { name: 'the loopback interface', given: 'lo', want: ['127.0.0.1'] },
    { name: 'a network', given: '10.33.0.0/16', want: ['10.33.0.2'] },
    { name: 'the private address, bridges last', given: '{{ GetPrivateIP }}', want: ['172.16.230.100'] },
    { name: 'the public address', given: '{{ GetPublicIP }}', want: ['95.217.186.98'] },
    {
      name: 'a pipeline over a network',
      given: '{{ GetPrivateInterfaces | include "network" "10.0.0.0/8" | attr "address" }}',
      want: ['10.33.0.2'],
    },
    {
      name: 'exclude by name, sort, limit, join',
      given:
        '{{ GetAllInterfaces | exclude "flags" "loopback" | include "type" "IPv4" | exclude "name" "docker.*" | sort "name" | limit 2 | join "address" " " }}',
      want: ['10.33.0.2', '95.217.186.98'],
    },
    { name: 'default interfaces', given: '{{ GetDefaultInterfaces | attr "address" }}', want: ['95.217.186.98'] },
    {
      name: 'by RFC',
      given: '{{ GetAllInterfaces | include "rfc" "1918" | sort "-address" | attr "address" }}',
      want: ['172.17.0.1'],
    },
  ];
  test.each(cases)('$name', ({ given, want }) => {
    expect(resolveAddresses(given, aMachine()).addresses).toEqual(want);
  });
});

describe('what has no address', () => {
  const cases: { name: string; given: string; pending?: string[]; errors?: string[]; addresses?: string[] }[] = [
    {
      name: 'a missing interface leaves the others',
      given: '127.0.0.1 {{ GetInterfaceIP "docker0" }}',
      addresses: ['127.0.0.1'],
      pending: ['there is no interface "docker0" yet'],
    },
    { name: 'a missing name', given: 'docker0', pending: ['there is no interface "docker0" yet'] },
    {
      name: 'a foreign network',
      given: '192.168.0.0/16',
      pending: ['no address of this machine is in 192.168.0.0/16 yet'],
    },
    { name: 'an unknown function', given: '{{ GetIP }}', errors: ['function "GetIP" not defined'] },
    { name: 'an address with a port', given: '0.0.0.0:8500', errors: ['an address to listen on has no port'] },
    { name: 'a unix socket', given: 'unix:///run/consul.sock', errors: ['unix sockets are not served'] },
    { name: 'words', given: 'not/an/address', errors: ['this is no address'] },
    {
      name: 'a broken pipeline',
      given: '{{ GetAllInterfaces | include "x" "y" }}',
      errors: [
        'error calling include: "x" is no selector; there are address, flags, name, network, port, rfc, size, type',
      ],
    },
  ];
  test.each(cases)('$name', ({ given, pending = [], errors = [], addresses = [] }) => {
    const got = resolveAddresses(given, aMachine(['docker0']));
    expect({
      addresses: got.addresses,
      pending: got.pending.map(({ reason }) => reason),
      errors: got.errors.map(({ reason }) => reason),
    }).toEqual({ addresses, pending, errors });
  });

  test('a pending part finds its address when the interface comes', () => {
    const [pending] = resolveAddresses('{{ GetInterfaceIP "docker0" }}', aMachine(['docker0'])).pending;
    expect(resolveAddresses(pending?.source ?? '', aMachine()).addresses).toEqual(['172.17.0.1']);
  });
});

test('the interface of the default route', () => {
  const routes = [
    'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT',
    'wlan0\t00000000\t010011AC\t0003\t0\t0\t600\t00000000\t0\t0\t0',
    'eth0\t00000000\t01011FAC\t0003\t0\t0\t100\t00000000\t0\t0\t0',
    'enp7s0\t0000210A\t0100210A\t0003\t0\t0\t0\t0000FFFF\t0\t0\t0',
  ].join('\n');
  expect(defaultInterface(routes)).toBe('eth0');
});
