import { describe, expect, test } from 'vitest';
import { newJoinToken, readJoinToken, writeJoinToken } from '../../../src/rpc/tls/join-token.ts';

const authority = Buffer.alloc(32, 9);

test('a token says again what it was made of', () => {
  const token = newJoinToken(authority);
  expect(readJoinToken(` ${writeJoinToken(token)}\n`)).toEqual(token);
});

describe('what is no token', () => {
  const good = writeJoinToken(newJoinToken(authority));
  const cases = [
    { name: 'another word', given: 'hello', want: 'does not begin with' },
    { name: 'nothing', given: '', want: 'does not begin with' },
    { name: 'the beginning of one', given: good.slice(0, -1), want: 'a part of it is missing' },
    { name: 'one and more', given: `${good}AAAA`, want: 'something was added' },
    {
      name: 'one with a line break in it',
      given: `${good.slice(0, 30)}\n${good.slice(30)}`,
      want: 'characters that no token has',
    },
    { name: 'one of a later version', given: good.replace('shoal-join-A', 'shoal-join-B'), want: 'another version' },
  ];
  test.each(cases)('$name', ({ given, want }) => {
    expect(() => readJoinToken(given)).toThrow(want);
  });
});
