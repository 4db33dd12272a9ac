import { describe, expect, it } from 'vitest';
import { networkMistakes } from '../../../src/client/network/settings.ts';

const settings = {
  ...{ cniPath: [], cniConfigDir: '/opt/cni/config', hairpin: false, bindWildcard: true },
  ...{ bridgeName: 'nomad', bridgeSubnet: '172.26.64.0/20', bridgeSubnetIpv6: undefined },
};

describe('settings of bridge networks', () => {
  it.each([
    ['the defaults', {}, []],
    ['IPv6, too', { bridgeSubnetIpv6: 'fd00:a110:c8::/120' }, []],
    ['a long name', { bridgeName: 'a-name-of-16-let' }, ['bridgeName']],
    ['a name with a slash', { bridgeName: 'a/b' }, ['bridgeName']],
    ['a network without bits', { bridgeSubnet: '172.26.64.0' }, ['bridgeSubnet']],
    ['a network of one address', { bridgeSubnet: '172.26.64.0/32' }, ['bridgeSubnet']],
    ['a number above 255', { bridgeSubnet: '172.26.640.0/20' }, ['bridgeSubnet']],
    ['IPv4 for IPv6', { bridgeSubnetIpv6: '10.0.0.0/8' }, ['bridgeSubnetIpv6']],
  ])('with %s', (_, changes, wrong) => {
    expect(networkMistakes({ ...settings, ...changes }).map(({ setting }) => setting)).toEqual(wrong);
  });
});
