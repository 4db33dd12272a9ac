import { expect, test } from 'vitest';
import { forwardedPath, requestTarget } from '../../../../src/edge/planes/embedded/request-target.ts';

test.each<{ name: string; url: string; host?: string[]; want: string | undefined }>([
  { name: 'origin form', url: '/a/b?c=d?e', want: 'a.org /a/b ?c=d?e' },
  { name: 'nothing is decoded or tidied up', url: '/a%2fb/../c//d', want: 'a.org /a%2fb/../c//d ' },
  { name: 'absolute form: its host counts', url: 'http://B.org:80/x?y', want: 'B.org:80 /x ?y' },
  { name: 'absolute form without a path', url: 'http://b.org?y', want: 'b.org / ?y' },
  { name: 'with user names', url: 'http://a@b.org/', want: undefined },
  { name: 'another scheme', url: 'ftp://b.org/', want: undefined },
  { name: 'asterisk', url: '*', want: undefined },
  { name: 'two hosts', url: '/', host: ['Host', 'a.org', 'host', 'b.org'], want: undefined },
])('$name', ({ url, host = ['Host', 'a.org'], want }) => {
  const target = requestTarget({ url, headers: { host: 'a.org' }, rawHeaders: host });
  expect(target && `${target.host} ${target.path} ${target.query}`).toBe(want);
});

test.each<{ name: string; given: string; want: boolean }>([
  { name: 'a name', given: 'a.org', want: true },
  { name: 'a name and a port', given: 'a.org:8080', want: true },
  { name: 'IPv6', given: '[::1]:8080', want: true },
  { name: 'nothing', given: '', want: true },
  { name: 'a bracket without end', given: '[abc', want: false },
  { name: 'a bracket in the middle', given: 'a[b].org', want: false },
  { name: 'a path', given: 'a.org/x', want: false },
  { name: 'a user', given: 'me@a.org', want: false },
  { name: 'a port that is no number', given: 'a.org:http', want: false },
])('host: $name', ({ given, want }) => {
  const target = requestTarget({ url: '/', headers: { host: given }, rawHeaders: ['Host', given] });
  expect(target !== undefined).toBe(want);
});

test.each<{ name: string; path: string; strip: string; want: string }>([
  { name: 'nothing to strip', path: '/api/x', strip: '', want: '/api/x?q' },
  { name: 'the prefix', path: '/api/x', strip: '/api', want: '/x?q' },
  { name: 'all of it', path: '/api', strip: '/api', want: '/?q' },
  { name: 'one that is not there', path: '/other', strip: '/api', want: '/other?q' },
])('strip: $name', ({ path, strip, want }) => {
  expect(forwardedPath({ host: 'a.org', path, query: '?q' }, strip)).toBe(want);
});
