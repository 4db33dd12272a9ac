import { describe, expect, it } from 'vitest';
import { pluginInput, readConfigList } from '../../../src/client/network/cni/config-list.ts';

const read = (config: unknown) => readConfigList(JSON.stringify(config), '/etc/net.conflist');

describe('a network configuration', () => {
  it('is a list of plugins', () => {
    const list = { cniVersion: '1.0.0', name: 'net', plugins: [{ type: 'ptp', mtu: 1400 }, { type: 'tuning' }] };
    expect(read(list)).toEqual(list);
  });

  it('is a list of one where the file has one plugin', () => {
    const conf = { cniVersion: '0.3.1', name: 'net', type: 'macvlan', master: 'eth0' };
    expect(read(conf)).toEqual({ cniVersion: '0.3.1', name: 'net', plugins: [conf] });
  });

  it.each([
    ['true', true],
    [true, true],
    ['false', undefined],
    [undefined, undefined],
  ])('with disableCheck %j', (disableCheck, kept) => {
    const list = read({ cniVersion: '0.4.0', name: 'net', disableCheck, plugins: [{ type: 'ptp' }] });
    expect(list.disableCheck).toBe(kept);
  });

  it.each([
    ['no JSON', '{', 'it is no JSON'],
    ['a list', '[]', 'it must hold a JSON object'],
    ['no name', '{"cniVersion":"0.4.0","plugins":[{"type":"ptp"}]}', '"name" must begin with'],
    ['a name with a slash', '{"cniVersion":"0.4.0","name":"a/b","plugins":[{"type":"ptp"}]}', '"name" must begin with'],
    ['an old version', '{"cniVersion":"0.2.0","name":"net","type":"ptp"}', '"cniVersion" is "0.2.0"'],
    ['no version', '{"name":"net","type":"ptp"}', '"cniVersion" is "0.2.0"'],
    ['no plugins', '{"cniVersion":"0.4.0","name":"net","plugins":[]}', '"plugins" is empty'],
    [
      'a plugin of no type',
      '{"cniVersion":"0.4.0","name":"net","plugins":[{"type":"ptp"},{}]}',
      'plugin 2 needs a "type"',
    ],
    ['a plugin out of the folder', '{"cniVersion":"0.4.0","name":"net","type":"../sh"}', 'plugin 1 needs a "type"'],
  ])('that has %s is refused by the name of its file', (_, text, message) => {
    expect(() => readConfigList(text, '/etc/net.conflist')).toThrow(`/etc/net.conflist: ${message}`);
  });
});

describe('what a plugin is given', () => {
  const list = read({ cniVersion: '0.4.0', name: 'net', plugins: [{ type: 'ptp' }] });
  const runtime = { portMappings: [{ hostPort: 80 }], bandwidth: { ingressRate: 1 } };

  it('is its part, the list’s name and version, and the result so far', () => {
    const input = pluginInput(list, { type: 'tuning', mtu: 1 }, { runtime: {}, prevResult: { ips: [] } });
    expect(input).toEqual({ cniVersion: '0.4.0', name: 'net', type: 'tuning', mtu: 1, prevResult: { ips: [] } });
  });

  it('is of the runtime’s values what it can do, in the place of what it can', () => {
    const part = { type: 'portmap', capabilities: { portMappings: true, bandwidth: false } };
    const input = pluginInput(list, part, { runtime, prevResult: undefined });
    expect(input).toEqual({
      ...{ cniVersion: '0.4.0', name: 'net', type: 'portmap' },
      runtimeConfig: { portMappings: runtime.portMappings },
    });
  });
});
