import type { Machine } from '../../src/config/addresses/resolve-address.ts';

const v4 = (address: string, netmask = '255.255.255.0') => ({
  address,
  netmask,
  family: 'IPv4' as const,
  internal: false,
});
const v6 = (address: string) => ({
  address,
  netmask: 'ffff:ffff:ffff:ffff::',
  family: 'IPv6' as const,
  internal: false,
});

/** A rented machine: public address on eth0 (default route), a private network, Docker's bridge, a WireGuard overlay. */
export function aMachine(without: readonly string[] = []): Machine {
  const interfaces = {
    lo: [
      { ...v4('127.0.0.1', '255.0.0.0'), internal: true },
      { ...v6('::1'), internal: true },
    ],
    eth0: [v4('95.217.186.98', '255.255.255.255'), v6('fe80::9400:2ff:fe63:bf')],
    enp7s0: [v4('10.33.0.2', '255.255.255.255'), v6('fe80::8400:ff:fe52:772a')],
    docker0: [v4('172.17.0.1', '255.255.0.0')],
    wgoverlay: [v4('172.16.230.100')],
  };
  const kept = Object.entries(interfaces).filter(([name]) => !without.includes(name));
  return { interfaces: Object.fromEntries(kept), defaultInterface: 'eth0' };
}
