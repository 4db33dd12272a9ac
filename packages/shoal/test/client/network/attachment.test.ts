import { describe, expect, it } from 'vitest';
import { type Attachment, add, check, del } from '../../../src/client/network/cni/attachment.ts';
import type { Invocation } from '../../../src/client/network/cni/invoke.ts';
import { attachedBy } from '../../../src/client/network/cni/result.ts';

const attachment = (cniVersion: string, more: object = {}): Attachment => ({
  ...{ containerId: 'alloc', netns: '/run/netns/alloc', ifname: 'eth0', runtime: {}, args: 'K=V' },
  list: { cniVersion, name: 'net', plugins: [{ type: 'first' }, { type: 'second' }], ...more },
});

/** Plugins that write down how they are called; `answers` by type, an error is thrown. */
function plugins(answers: Record<string, unknown> = {}) {
  const calls: Invocation[] = [];
  const invoke = async (invocation: Invocation) => {
    calls.push(invocation);
    const answer = answers[invocation.type];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { calls, said: () => calls.map(({ command, type }) => `${command} ${type}`), invoke, path: ['/plugins'] };
}

describe('a chain of plugins', () => {
  it('is added to in order, each with the result of the one before', async () => {
    const all = plugins({ first: { n: 1 }, second: { n: 2 } });
    expect(await add(attachment('0.4.0'), all)).toEqual({ n: 2 });
    expect(all.calls.map(({ input }) => input['prevResult'])).toEqual([undefined, { n: 1 }]);
    expect(all.calls[0]).toMatchObject({
      ...{ command: 'ADD', type: 'first', containerId: 'alloc', netns: '/run/netns/alloc' },
      ...{ ifname: 'eth0', args: 'K=V', path: ['/plugins'] },
    });
  });

  it('keeps the result of a plugin whose successor prints nothing', async () => {
    expect(await add(attachment('0.4.0'), plugins({ first: { n: 1 } }))).toEqual({ n: 1 });
  });

  it('ends at the first failure', async () => {
    const all = plugins({ first: new Error('no room') });
    await expect(add(attachment('0.4.0'), all)).rejects.toThrow('no room');
    expect(all.said()).toEqual(['ADD first']);
  });

  it('is taken down in reverse order with the final result, past a failure, which is told', async () => {
    const all = plugins({ second: new Error('busy') });
    await expect(del(attachment('0.4.0'), { n: 2 }, all)).rejects.toThrow('busy');
    expect(all.said()).toEqual(['DEL second', 'DEL first']);
    expect(all.calls.map(({ input }) => input['prevResult'])).toEqual([{ n: 2 }, { n: 2 }]);
  });

  it.each([
    ['0.3.1', {}, []],
    ['0.4.0', {}, ['CHECK first', 'CHECK second']],
    ['1.0.0', { disableCheck: true }, []],
  ])('of version %s with %j is checked by %j', async (version, more, said) => {
    const all = plugins();
    await check(attachment(version, more), { n: 2 }, all);
    expect(all.said()).toEqual(said);
  });
});

describe('where an allocation is attached', () => {
  const interfaces = [{ name: 'br' }, { name: 'veth1' }, { name: 'eth0', sandbox: '/run/netns/alloc' }];

  it.each([
    [
      'the interface inside',
      {
        interfaces,
        ips: [
          { address: '10.0.0.1/24', interface: 0 },
          { address: '10.0.0.2/24', gateway: '10.0.0.1', interface: 2 },
        ],
      },
      { interfaceName: 'eth0', address: '10.0.0.2', addressIpv6: '', gateways: ['10.0.0.1'] },
    ],
    [
      'both families',
      {
        interfaces,
        ips: [
          { address: 'fd00::2/64', gateway: 'fd00::1', interface: 2 },
          { address: '10.0.0.2/24', interface: 2 },
        ],
      },
      { interfaceName: 'eth0', address: '10.0.0.2', addressIpv6: 'fd00::2', gateways: ['fd00::1'] },
    ],
    [
      'IPv6 alone',
      { interfaces, ips: [{ address: 'fd00::2/64', interface: 2 }] },
      { interfaceName: 'eth0', address: 'fd00::2', addressIpv6: 'fd00::2', gateways: [] },
    ],
    [
      'addresses of no interface',
      { ips: [{ address: '10.0.0.2/24' }] },
      { interfaceName: 'eth9', address: '10.0.0.2', addressIpv6: '', gateways: [] },
    ],
    ['nothing', {}, { interfaceName: 'eth9', address: '', addressIpv6: '', gateways: [] }],
  ])('%s', (_, result, attached) => {
    expect(attachedBy(result, 'eth9')).toEqual(attached);
  });
});
