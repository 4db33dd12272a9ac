import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { seal, unseal } from '../../src/server/keyring/cipher.ts';
import { openKeyringFile } from '../../src/server/keyring/keyring-file.ts';
import { tempDir } from '../support/temp-dir.ts';

const key = Buffer.alloc(32, 1);

describe('what is sealed', () => {
  test('is opened with its key, for what it was sealed for', () => {
    const sealed = seal(key, 'sécret', 'default/a');
    expect(unseal(key, sealed, 'default/a')).toBe('sécret');
    expect(seal(key, 'sécret', 'default/a')).not.toBe(sealed);
  });

  const sealed = seal(key, 'secret', 'default/a');
  const changed = Buffer.from(sealed, 'base64');
  changed.writeUInt8(changed.readUInt8(14) ^ 1, 14);
  test.each([
    ['another key', Buffer.alloc(32, 2), sealed, 'default/a'],
    ['another variable', key, sealed, 'default/b'],
    ['a bit that was changed', key, changed.toString('base64'), 'default/a'],
    ['too little', key, 'AAAA', 'default/a'],
    ['nothing', key, '', 'default/a'],
  ])('is not opened with %s', (_what, withKey, text, context) => {
    expect(unseal(withKey, text, context)).toBeUndefined();
  });
});

describe('the keyring', () => {
  test('is kept in a file that only its owner reads, whatever it was before', async () => {
    const path = join(await tempDir(), 'server', 'keyring.json');
    const keyring = await openKeyringFile(path);
    await keyring.add('one', key);
    chmodSync(path, 0o644);
    await Promise.all([keyring.add('two', key), keyring.remove('one')]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect([...(await openKeyringFile(path)).keys]).toEqual([['two', key]]);
  });

  test.each([
    ['no JSON', '{', 'not JSON'],
    ['something else', '[]', 'no "keys"'],
    ['a key that is too short', '{"keys":{"a":"AAAA"}}', 'key a'],
  ])('with %s is refused, and the message names the file', async (_what, text, reason) => {
    const path = join(await tempDir(), 'keyring.json');
    writeFileSync(path, text);
    await expect(openKeyringFile(path)).rejects.toThrow(new RegExp(`${path}.*${reason}`));
  });
});
