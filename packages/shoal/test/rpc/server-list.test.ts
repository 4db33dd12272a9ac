import { describe, expect, test } from 'vitest';
import { parseServer, ServerList, serverText } from '../../src/rpc/server-list.ts';

describe('an address of a server', () => {
  const cases = [
    { name: 'a name', given: 'main', want: 'main:4647' },
    { name: 'a name with a port', given: 'main.example.org:5000', want: 'main.example.org:5000' },
    { name: 'IPv4', given: '10.0.0.1', want: '10.0.0.1:4647' },
    { name: 'IPv4 with a port', given: ' 10.0.0.1:4000 ', want: '10.0.0.1:4000' },
    { name: 'IPv6', given: 'fd00::1', want: '[fd00::1]:4647' },
    { name: 'IPv6 with a port', given: '[fd00::1]:5000', want: '[fd00::1]:5000' },
    { name: "the port of Consul's gossip means ours", given: '10.0.0.1:8301', want: '10.0.0.1:4647' },
    { name: "the port of Nomad's gossip means ours", given: '10.0.0.1:4648', want: '10.0.0.1:4647' },
    { name: 'a discovery string is none', given: 'provider=aws tag_key=x', want: undefined },
    { name: 'a URL is none', given: 'http://10.0.0.1', want: undefined },
    { name: 'a port that is none', given: 'main:99999', want: undefined },
  ];
  test.each(cases)('$name', ({ given, want }) => {
    const server = parseServer(given, 4647);
    expect(server && serverText(server)).toBe(want);
  });
});

test('servers that were told of come first, configured ones stay, and who answered last is asked first', () => {
  const seed = { host: 'seed', port: 1 };
  const list = new ServerList([seed]);
  expect(
    list.learn([
      { host: 'a', port: 1 },
      { host: 'b', port: 1 },
    ]),
  ).toBe(true);
  expect(
    list.learn([
      { host: 'b', port: 1 },
      { host: 'a', port: 1 },
    ]),
  ).toBe(false);
  expect(list.all().map(({ host }) => host)).toEqual(['a', 'b', 'seed']);
  list.answered(seed);
  expect(list.all().map(({ host }) => host)).toEqual(['seed', 'a', 'b']);
  expect(list.learn([])).toBe(false);
});
