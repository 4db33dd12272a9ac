import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readResolvConf, resolvConfText } from '../../../src/client/network/resolv-conf.ts';
import { hostResolvConf, type ResolversNeeds, resolversFor } from '../../../src/client/network/resolvers.ts';
import { tempDir } from '../../support/temp-dir.ts';

const host = { servers: ['127.0.0.53', '192.0.2.1'], searches: ['example.org'], options: ['edns0'] };
const needs: ResolversNeeds = {
  ...{ dns: null, result: undefined, gateways: ['10.0.0.1'], host },
  serveDns: async (address) => ({ servers: [address] }),
};
const dns = (servers: string[], searches: string[] = [], options: string[] = []) => ({ servers, searches, options });

describe('who is asked for names in an allocation’s network', () => {
  it.each<[string, Partial<ResolversNeeds>, string]>([
    ['the agent, with the machine’s domains', {}, 'search example.org\nnameserver 10.0.0.1\noptions edns0\n'],
    ['the group’s alone', { dns: dns(['192.0.2.9']) }, 'nameserver 192.0.2.9\n'],
    [
      'the agent, with the group’s domains and options',
      { dns: dns([], ['internal'], ['ndots:2']) },
      'search internal\nnameserver 10.0.0.1\noptions ndots:2\n',
    ],
    ['the plugin’s', { result: { nameservers: ['192.0.2.8'], domain: 'lan' } }, 'search lan\nnameserver 192.0.2.8\n'],
    [
      'the group’s before the plugin’s',
      { dns: dns(['192.0.2.9']), result: { nameservers: ['192.0.2.8'] } },
      'nameserver 192.0.2.9\n',
    ],
    [
      'the machine’s but for its loopback, where there is no gateway',
      { gateways: [] },
      'search example.org\nnameserver 192.0.2.1\noptions edns0\n',
    ],
  ])('%s', async (_, changes, text) => {
    const { resolvConf, warning } = await resolversFor({ ...needs, ...changes });
    expect(resolvConfText(resolvConf)).toBe(text);
    expect(warning).toBeUndefined();
  });

  it('the machine’s, with a warning, when the agent cannot', async () => {
    const serveDns = async () => ({ reason: 'port 53 is taken' });
    const { resolvConf, warning } = await resolversFor({ ...needs, serveDns });
    expect(resolvConf.servers).toEqual(['192.0.2.1']);
    expect(warning).toContain('port 53 is taken');
  });
});

describe('the machine’s resolvers', () => {
  it.each([
    [['nameserver 192.0.2.1\n', 'nameserver 192.0.2.2\n'], ['192.0.2.1']],
    [['nameserver 127.0.0.53\n', 'nameserver 192.0.2.2\n'], ['192.0.2.2']],
    [['nameserver 127.0.0.53\n', undefined], ['127.0.0.53']],
    [[undefined, undefined], []],
  ])('in %j are %j', async (texts, servers) => {
    const folder = await tempDir();
    const files = texts.map((_, index) => join(folder, String(index)));
    for (const [index, text] of texts.entries()) if (text) await writeFile(files[index] ?? '', text);
    expect((await hostResolvConf(files)).servers).toEqual(servers);
  });
});

describe('resolv.conf', () => {
  it.each([
    ['nothing', '', { servers: [], searches: [], options: [] }],
    ['comments', '# nameserver 192.0.2.1\n', { servers: [], searches: [], options: [] }],
    [
      'all that there is',
      'domain lan\nsearch a b\nnameserver 192.0.2.1\n nameserver\t::1 \noptions ndots:2 rotate\n',
      { servers: ['192.0.2.1', '::1'], searches: ['a', 'b'], options: ['ndots:2', 'rotate'] },
    ],
  ])('with %s', (_, text, read) => {
    expect(readResolvConf(text)).toEqual(read);
  });
});
