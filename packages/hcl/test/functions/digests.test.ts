import { constants, generateKeyPairSync, publicEncrypt } from 'node:crypto';
import { expect, it } from 'vitest';
import { bcrypt } from '../../src/functions/bcrypt.ts';
import { evaluate, parseExpression, standardFunctions, stringValue } from '../../src/index.ts';

/** From the test vectors of crypt_blowfish. */
it.each([
  { password: 'U*U', want: '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW' },
  { password: 'U*U*', want: '$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK' },
  { password: '', want: '$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy' },
])('bcrypt of "$password"', ({ password, want }) => {
  const salt = Uint8Array.from({ length: 16 }, (_, i) => [0x10, 0x41, 0x04][i % 3]!);
  expect(bcrypt(Buffer.from(password), 5, salt)).toBe(want);
});

it('rsadecrypt reads what was encrypted with the public key', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const secret = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.from('sécret'));
  const variables = new Map([
    ['text', stringValue(secret.toString('base64'))],
    ['key', stringValue(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString())],
  ]);
  const { expression } = parseExpression('rsadecrypt(text, key)', 'f');
  expect(evaluate(expression!, { variables, functions: standardFunctions }).value).toEqual(stringValue('sécret'));
});
