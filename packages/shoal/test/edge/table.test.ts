import { expect, test } from 'vitest';
import type { Route } from '../../src/edge/route.ts';
import { routeTable } from '../../src/edge/table.ts';

const route = (host: string, path: string, match: Route['match'] = 'segment') => ({ host, path, match });
const table = routeTable([
  route('a.org', '/'),
  route('a.org', '/api'),
  route('a.org', '/api/v2'),
  route('a.org', '/plain', 'prefix'),
  route('a.org', '/only', 'exact'),
  route('b.org', '/b'),
  route('*.a.org', '/'),
  route('*.deep.a.org', '/'),
  route('', '/any'),
]);

test.each<{ name: string; given: [string, string]; want: string | undefined }>([
  { name: 'host', given: ['a.org', '/x'], want: 'a.org/' },
  { name: 'host in capitals with port and dot', given: ['A.Org.:8080', '/x'], want: 'a.org/' },
  { name: 'longest path', given: ['a.org', '/api/v2/x'], want: 'a.org/api/v2' },
  { name: 'path alone', given: ['a.org', '/api'], want: 'a.org/api' },
  { name: 'segments, not letters', given: ['a.org', '/apis'], want: 'a.org/' },
  { name: 'letters when asked for', given: ['a.org', '/plainly'], want: 'a.org/plain' },
  { name: 'exact', given: ['a.org', '/only'], want: 'a.org/only' },
  { name: 'exact is not below', given: ['a.org', '/only/x'], want: 'a.org/' },
  { name: 'wildcard', given: ['x.a.org', '/'], want: '*.a.org/' },
  { name: 'wildcard of many labels', given: ['x.y.a.org', '/'], want: '*.a.org/' },
  { name: 'the longest wildcard', given: ['x.deep.a.org', '/'], want: '*.deep.a.org/' },
  { name: 'any host when no path of the host fits', given: ['b.org', '/any/x'], want: '/any' },
  { name: 'the path of a host holds only there', given: ['c.org', '/b'], want: undefined },
  { name: 'no host', given: ['', '/any'], want: '/any' },
  { name: 'paths are case-sensitive', given: ['b.org', '/B'], want: undefined },
])('$name', ({ given: [host, path], want }) => {
  const found = table.match(host, path);
  expect(found && found.host + found.path).toBe(want);
});
