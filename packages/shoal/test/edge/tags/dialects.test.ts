import { describe, expect, test } from 'vitest';
import { isRoutingTag, tagRoutes, tagTcpPorts } from '../../../src/edge/tags/dialects.ts';
import type { TagRoute } from '../../../src/edge/tags/tag-route.ts';

const route = (host: string, path: string, more: Partial<TagRoute> = {}): TagRoute => ({
  host,
  path,
  match: 'prefix',
  strip: '',
  tls: false,
  ...more,
});
const segment = (host: string, path: string, more: Partial<TagRoute> = {}): TagRoute =>
  route(host, path, { match: 'segment', ...more });
const rule = (text: string): string => `traefik.http.routers.web.rule=${text}`;

const cases: { name: string; given: string[]; want: TagRoute[] }[] = [
  { name: 'no routing tag', given: ['v1', 'http', 'shoal.other=x'], want: [] },

  { name: 'shoal: host and path', given: ['shoal.route=a.org/api'], want: [segment('a.org', '/api')] },
  { name: 'shoal: host alone', given: ['shoal.route=A.org'], want: [segment('a.org', '/')] },
  { name: 'shoal: any host', given: ['shoal.route=/api'], want: [segment('', '/api')] },
  { name: 'shoal: nothing is everything', given: ['shoal.route='], want: [segment('', '/')] },
  {
    name: 'shoal: options',
    given: ['shoal.route=a.org/api;strip;tls'],
    want: [segment('a.org', '/api', { strip: '/api', tls: true })],
  },
  { name: 'shoal: stripping the root is nothing', given: ['shoal.route=a.org/;strip'], want: [segment('a.org', '/')] },
  { name: 'shoal: wildcard', given: ['shoal.route=*.a.org'], want: [segment('*.a.org', '/')] },
  { name: 'shoal: no host at all', given: ['shoal.route=a b.org/'], want: [] },
  {
    name: 'shoal: several',
    given: ['shoal.route=a.org', 'x', 'shoal.route=b.org'],
    want: [segment('a.org', '/'), segment('b.org', '/')],
  },

  { name: 'fabio: host and path', given: ['urlprefix-a.org/api'], want: [route('a.org', '/api')] },
  { name: 'fabio: any host', given: ['urlprefix-/api'], want: [route('', '/api')] },
  { name: 'fabio: a port in the host', given: ['urlprefix-a.org:80/'], want: [route('a.org', '/')] },
  { name: 'fabio: strip', given: ['urlprefix-/api strip=/api'], want: [route('', '/api', { strip: '/api' })] },
  { name: 'fabio: a route by port is none of HTTP', given: ['urlprefix-:5432 proto=tcp'], want: [] },
  { name: 'shoal: a route by port is none of HTTP', given: ['shoal.route=tcp:5432'], want: [] },
  { name: 'fabio: redirects are none either', given: ['urlprefix-a.org/ redirect=301,https://b.org/'], want: [] },

  { name: 'traefik: host', given: ['traefik.enable=true', rule('Host(`a.org`)')], want: [route('a.org', '/')] },
  {
    name: 'traefik: several hosts and a prefix',
    given: [rule('Host(`a.org`, `b.org`) && PathPrefix(`/x`)')],
    want: [route('a.org', '/x'), route('b.org', '/x')],
  },
  {
    name: 'traefik: or, parentheses',
    given: [rule('(Host(`a.org`) || Host("b.org")) && Path(`/x`)')],
    want: [route('a.org', '/x', { match: 'exact' }), route('b.org', '/x', { match: 'exact' })],
  },
  {
    name: 'traefik: and binds closer than or',
    given: [rule('Host(`a.org`) && PathPrefix(`/x`) || Host(`b.org`)')],
    want: [route('a.org', '/x'), route('b.org', '/')],
  },
  { name: 'traefik: prefix alone', given: [rule('PathPrefix(`/x`)')], want: [route('', '/x')] },
  { name: 'traefik: half a rule would match too much', given: [rule('Host(`a.org`) && Headers(`X`, `1`)')], want: [] },
  { name: 'traefik: not', given: [rule('!Host(`a.org`)')], want: [] },
  { name: 'traefik: broken', given: [rule('Host(`a.org`')], want: [] },
  { name: 'traefik: off', given: ['traefik.enable=false', rule('Host(`a.org`)')], want: [] },
  {
    name: 'traefik: tls by option',
    given: [rule('Host(`a.org`)'), 'traefik.http.routers.web.tls.certresolver=le'],
    want: [route('a.org', '/', { tls: true })],
  },
  {
    name: 'traefik: stripprefix',
    given: [
      rule('PathPrefix(`/x`)'),
      'traefik.http.routers.web.middlewares=cut@consulcatalog',
      'traefik.http.middlewares.cut.stripprefix.prefixes=/x',
    ],
    want: [route('', '/x', { strip: '/x' })],
  },
  {
    name: 'traefik 1',
    given: ['traefik.frontend.rule=Host:a.org,b.org;PathPrefixStrip:/x'],
    want: [route('a.org', '/x', { strip: '/x' }), route('b.org', '/x', { strip: '/x' })],
  },
  { name: 'traefik 1: unknown matcher', given: ['traefik.frontend.rule=Host:a.org;Method:GET'], want: [] },
];

describe('tags to routes', () => {
  test.each(cases)('$name', ({ given, want }) => {
    expect(tagRoutes(given)).toEqual(want);
  });

  test('a service is followed exactly when a tag of it could make a route', () => {
    for (const { given, want } of cases) if (want.length > 0) expect(given.some(isRoutingTag)).toBe(true);
    expect(['v1', 'traefik.enable=true', 'urlprefix', 'shoal.route'].some(isRoutingTag)).toBe(false);
  });

  test('a hostile rule is given up quickly', () => {
    const startedAt = performance.now();
    for (const text of [
      '('.repeat(100_000),
      'a'.repeat(100_000),
      'Host(`a`) && '.repeat(300),
      `Host(${'`a`,'.repeat(900)})`,
    ]) {
      tagRoutes([rule(text)]);
    }
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});

test.each<{ name: string; given: string[]; want: number[] }>([
  { name: 'shoal', given: ['shoal.route=tcp:5432', 'shoal.route=a.org', 'shoal.route=TCP: 6379'], want: [5432, 6379] },
  { name: 'fabio', given: ['urlprefix-:5432 proto=tcp', 'urlprefix-:1', 'urlprefix-a.org/ proto=tcp'], want: [5432] },
  { name: 'each once', given: ['shoal.route=tcp:5432', 'urlprefix-:5432 proto=tcp'], want: [5432] },
  {
    name: 'no ports',
    given: ['shoal.route=tcp:', 'shoal.route=tcp:0', 'shoal.route=tcp:65536', 'shoal.route=tcp:x'],
    want: [],
  },
  { name: 'no tags', given: [], want: [] },
])('ports: $name', ({ given, want }) => {
  expect(tagTcpPorts(given)).toEqual(want);
  for (const tag of given) expect(isRoutingTag(tag)).toBe(true);
});
