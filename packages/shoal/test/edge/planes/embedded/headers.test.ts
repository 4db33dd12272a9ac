import { describe, expect, test } from 'vitest';
import { type Client, requestHeaders, responseHeaders } from '../../../../src/edge/planes/embedded/headers.ts';

const client: Client = { address: '192.0.2.1', port: 8080, protocol: 'http', isTrusted: false };

function shown(raw: string[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i < raw.length; i += 2) lines.push(`${raw[i]}: ${raw[i + 1]}`);
  return lines;
}

const FORWARDED = [
  'x-forwarded-host: a.org',
  'x-forwarded-for: 192.0.2.1',
  'x-forwarded-proto: http',
  'x-forwarded-port: 8080',
];

describe('of a request', () => {
  const host = ['Host', 'a.org'];
  test.each<{ name: string; given: string[]; client?: Partial<Client>; strip?: string; want: string[] }>([
    { name: 'host is kept, forwarded is added', given: host, want: ['Host: a.org', ...FORWARDED] },
    {
      name: 'this hop stays here',
      given: [
        ...host,
        'Connection',
        'keep-alive, X-Mine',
        'X-Mine',
        '1',
        'Keep-Alive',
        'x',
        'TE',
        'trailers',
        'Upgrade',
        'h2c',
      ],
      want: ['Host: a.org', ...FORWARDED],
    },
    {
      name: 'a client cannot take away what routes and guards the request',
      given: [...host, 'Connection', 'host, cookie, x-forwarded-for', 'Cookie', 'c=1'],
      want: ['Host: a.org', 'Cookie: c=1', ...FORWARDED],
    },
    {
      name: 'claims of a client are dropped',
      given: [...host, 'X-Forwarded-For', '10.0.0.1', 'X-Forwarded-Proto', 'https', 'X-Forwarded-User', 'root'],
      want: ['Host: a.org', ...FORWARDED],
    },
    {
      name: 'a trusted proxy is believed, and added to',
      given: [...host, 'X-Forwarded-For', '203.0.113.9', 'X-Forwarded-Proto', 'https', 'X-Forwarded-Port', '443'],
      client: { isTrusted: true },
      want: [
        'Host: a.org',
        'x-forwarded-for: 203.0.113.9, 192.0.2.1',
        'x-forwarded-proto: https',
        'x-forwarded-port: 443',
        'x-forwarded-host: a.org',
      ],
    },
    {
      name: 'a prefix that was cut off is told',
      given: host,
      strip: '/api',
      want: ['Host: a.org', ...FORWARDED, 'x-forwarded-prefix: /api'],
    },
    {
      name: 'repeated headers stay repeated, in order',
      given: ['Accept', 'a', ...host, 'Accept', 'b'],
      want: ['Accept: a', 'Host: a.org', 'Accept: b', ...FORWARDED],
    },
  ])('$name', ({ given, client: more, strip, want }) => {
    expect(shown(requestHeaders(given, { ...client, ...more }, 'a.org', strip ?? '')).sort()).toEqual(want.sort());
  });
});

describe('of a response', () => {
  test.each<{ name: string; given: string[]; want: string[] }>([
    {
      name: 'end to end ones stay',
      given: ['Set-Cookie', 'a', 'Set-Cookie', 'b', 'ETag', 'x'],
      want: ['Set-Cookie: a', 'Set-Cookie: b', 'ETag: x'],
    },
    {
      name: 'this hop stays here',
      given: ['Connection', 'close, X-Hop', 'X-Hop', '1', 'Keep-Alive', 'timeout=5', 'A', '1'],
      want: ['A: 1'],
    },
    {
      name: 'a length beside chunks is dropped',
      given: ['Content-Length', '5', 'Transfer-Encoding', 'chunked'],
      want: [],
    },
  ])('$name', ({ given, want }) => {
    expect(shown(responseHeaders(given))).toEqual(want);
  });
});
