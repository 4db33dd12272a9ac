import { describe, expect, it } from 'vitest';
import { sniffContentType } from '../../../src/client/files/content-type.ts';

describe('the content type of', () => {
  const cases = [
    { name: 'text', bytes: Buffer.from('0123456789'), want: 'text/plain; charset=utf-8' },
    { name: 'text with colours', bytes: Buffer.from('\x1b[31mred\x1b[0m\r\n'), want: 'text/plain; charset=utf-8' },
    { name: 'a page', bytes: Buffer.from(' \n<!DOCTYPE HTML><title>'), want: 'text/html; charset=utf-8' },
    { name: 'a word that begins like a tag', bytes: Buffer.from('<bodyguard'), want: 'text/plain; charset=utf-8' },
    { name: 'a picture', bytes: Buffer.from('89504e470d0a1a0a0000', 'hex'), want: 'image/png' },
    { name: 'an archive', bytes: Buffer.from('1f8b0800', 'hex'), want: 'application/x-gzip' },
    { name: 'a program', bytes: Buffer.from('7f454c4602010100', 'hex'), want: 'application/octet-stream' },
  ];
  it.each(cases)('$name', ({ bytes, want }) => {
    expect(sniffContentType(bytes)).toBe(want);
  });
});
