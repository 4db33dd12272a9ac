import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cut, indexes, openRotated } from '../../../src/client/supervisor/rotation.ts';
import { tempDir } from '../../support/temp-dir.ts';

describe('where a chunk is cut', () => {
  const cases = [
    { name: 'all of it fits', chunk: 'ab\ncd', room: 5, want: 5 },
    { name: 'after the last line that fits', chunk: 'ab\ncd\nef', room: 7, want: 6 },
    { name: 'before a line that does not fit', chunk: 'abcdef', room: 4, atLineStart: true, want: 0 },
    { name: 'anywhere in a line that is broken already', chunk: 'abcdef', room: 4, want: 4 },
    { name: 'nothing fits', chunk: 'a\n', room: 0, want: 0 },
  ];
  it.each(cases)('$name', ({ chunk, room, atLineStart = false, want }) => {
    expect(cut(Buffer.from(chunk), room, atLineStart)).toBe(want);
  });
});

it('the numbers of a row are counted as numbers, others are left out', () => {
  const names = ['t.stdout.10', 't.stdout.9', 't.stdout.x', 't.stdout.', 'tt.stdout.1', 't.stderr.2', 't.stdout.1.gz'];
  expect(indexes(names, 't.stdout')).toEqual([9, 10]);
});

describe('rotated files', () => {
  const files = (dir: string): Record<string, string> =>
    Object.fromEntries(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), 'utf8')]));

  it('follow one another, and the oldest goes', async () => {
    const dir = await tempDir();
    const file = openRotated(dir, 't.stdout', { maxFiles: 2, maxFileSizeBytes: 10 });
    file.writeSync(Buffer.from('line1\nline2\n'));
    await file.write(Buffer.from('line3\nline4\nline5\n'));
    file.close();
    expect(files(dir)).toEqual({ 't.stdout.3': 'line4\n', 't.stdout.4': 'line5\n' });
  });

  it('go on with the newest there is', async () => {
    const dir = await tempDir();
    writeFileSync(join(dir, 't.stdout.6'), 'before\n');
    const file = openRotated(dir, 't.stdout', { maxFiles: 2, maxFileSizeBytes: 100 });
    file.writeSync(Buffer.from('after\n'));
    file.close();
    expect(files(dir)).toEqual({ 't.stdout.6': 'before\nafter\n' });
  });

  it('are not written through a link that the task put there', async () => {
    const dir = await tempDir();
    const target = join(dir, 'target');
    writeFileSync(target, '');
    symlinkSync(target, join(dir, 't.stdout.0'));
    expect(() => openRotated(dir, 't.stdout', { maxFiles: 2, maxFileSizeBytes: 100 })).toThrow('ELOOP');
    expect(readFileSync(target, 'utf8')).toBe('');
  });
});
