import { expect, test } from 'vitest';
import { apiOrigin } from '../../src/federation/settings.ts';

test.each<[string, string | undefined]>([
  ['http://10.0.0.5:8500', 'http://10.0.0.5:8500'],
  ['https://consul.example.org', 'https://consul.example.org'],
  ['https://consul.example.org:8501/', 'https://consul.example.org:8501'],
  ['10.0.0.5:8500', 'http://10.0.0.5:8500'],
  ['consul.example.org', 'http://consul.example.org:8500'],
  ['http://consul.example.org', 'http://consul.example.org:8500'],
  ['http://consul.example.org:80', 'http://consul.example.org'],
  ['[fd00::5]:8500', 'http://[fd00::5]:8500'],
  [' http://a:1 ', 'http://a:1'],
  ['http://a:1/v1', undefined],
  ['http://a:1?dc=x', undefined],
  ['http://user:secret@a:1', undefined],
  ['ftp://a', undefined],
  ['unix:///run/consul', undefined],
  ['http://', undefined],
  ['', undefined],
  ['a b', undefined],
  ['http://a:99999', undefined],
])('the address %j is %s', (written, origin) => {
  expect(apiOrigin(written)).toBe(origin);
});
