import { appendFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Origin, streamFile } from '../../../src/client/files/stream-file.ts';
import { tempDir } from '../../support/temp-dir.ts';

describe('a file that is not followed', () => {
  const cases: { name: string; origin: Origin; offset: number; want: string }[] = [
    { name: 'from the start', origin: 'start', offset: 0, want: '0123456789' },
    { name: 'from an offset', origin: 'start', offset: 7, want: '789' },
    { name: 'from the end back', origin: 'end', offset: 3, want: '789' },
    { name: 'from before its start', origin: 'end', offset: 30, want: '0123456789' },
    { name: 'from behind its end', origin: 'start', offset: 30, want: '' },
  ];
  it.each(cases)('is read $name', async ({ origin, offset, want }) => {
    const root = await tempDir();
    writeFileSync(join(root, 'ten'), '0123456789');
    let text = '';
    for await (const chunk of await streamFile({
      root,
      path: 'ten',
      origin,
      offset,
      follow: false,
      signal: new AbortController().signal,
    })) {
      text += chunk.data.toString();
    }
    expect(text).toBe(want);
  });
});

it('a followed file tells what is added, that it was cut, and that it was deleted', async () => {
  const root = await tempDir();
  const path = join(root, 'file');
  writeFileSync(path, 'one');
  const chunks = await streamFile({
    root,
    path: 'file',
    origin: 'start',
    offset: 0,
    follow: true,
    signal: new AbortController().signal,
  });
  const next = async (): Promise<unknown> => {
    const { value } = await chunks.next();
    return value === undefined ? undefined : { ...value, data: value.data.toString() };
  };
  expect(await next()).toEqual({ file: 'file', offset: 3, data: 'one' });
  appendFileSync(path, 'two');
  expect(await next()).toEqual({ file: 'file', offset: 6, data: 'two' });
  truncateSync(path, 1);
  expect(await next()).toEqual({ file: 'file', offset: 0, data: '', event: 'file truncated' });
  expect(await next()).toEqual({ file: 'file', offset: 1, data: 'o' });
  rmSync(path);
  expect(await next()).toEqual({ file: 'file', offset: 1, data: '', event: 'file deleted' });
  expect(await next()).toBeUndefined();
});

it('a followed file is let go when its reader goes', async () => {
  const root = await tempDir();
  writeFileSync(join(root, 'file'), 'one');
  const reader = new AbortController();
  const chunks = await streamFile({
    root,
    path: 'file',
    origin: 'start',
    offset: 0,
    follow: true,
    signal: reader.signal,
  });
  await chunks.next();
  const end = chunks.next();
  reader.abort();
  expect((await end).done).toBe(true);
});
