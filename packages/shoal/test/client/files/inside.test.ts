import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openInside } from '../../../src/client/files/inside.ts';
import { listFiles, rfc3339, statFile } from '../../../src/client/files/list.ts';
import { tempDir } from '../../support/temp-dir.ts';

/** An allocation with files of every kind, and things outside of it. */
async function anAllocation(): Promise<string> {
  const outside = await tempDir();
  const root = join(outside, 'a-1');
  for (const dir of ['t/local/d', 't/secrets', 'alloc/logs', 'alloc/data/secrets', '../a-10'])
    mkdirSync(join(root, dir), { recursive: true });
  for (const file of ['../outside', '../a-10/x', 't/local/ten', 't/secrets/key', 'alloc/data/secrets/mine']) {
    writeFileSync(join(root, file), '0123456789');
  }
  symlinkSync('ten', join(root, 't/local/link'));
  symlinkSync('../../../outside', join(root, 't/local/leave'));
  symlinkSync(outside, join(root, 't/local/up'));
  symlinkSync('../secrets/key', join(root, 't/local/key'));
  symlinkSync('loop', join(root, 't/local/loop'));
  execFileSync('mkfifo', [join(root, 'alloc/logs/.t.stdout.fifo')]);
  return root;
}

async function read(root: string, path: string): Promise<string> {
  const { file } = await openInside(root, path);
  try {
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

describe('a file of an allocation', () => {
  const cases: { name: string; path: string; want: string | { code: string; message: RegExp } }[] = [
    { name: 'by its path', path: 't/local/ten', want: '0123456789' },
    { name: 'with a leading slash', path: '/t/local/ten', want: '0123456789' },
    { name: 'by a way that turns back inside', path: 't/local/../../t/local/ten', want: '0123456789' },
    { name: 'by a link that stays', path: 't/local/link', want: '0123456789' },
    { name: 'in a shared folder that is called secrets', path: 'alloc/data/secrets/mine', want: '0123456789' },
    { name: 'above', path: '../outside', want: { code: 'escapes', message: /^Path escapes the alloc directory$/ } },
    {
      name: 'of the neighbour whose name begins alike',
      path: '../a-10/x',
      want: { code: 'escapes', message: /escapes/ },
    },
    { name: 'by a link that leaves', path: 't/local/leave', want: { code: 'escapes', message: /escapes/ } },
    { name: 'by a folder that is a link', path: 't/local/up/outside', want: { code: 'escapes', message: /escapes/ } },
    {
      name: 'a secret',
      path: 't/secrets/key',
      want: { code: 'secret', message: /^Reading secret file prohibited: t\/secrets\/key$/ },
    },
    { name: 'a secret by a link', path: 't/local/key', want: { code: 'secret', message: /prohibited/ } },
    {
      name: 'a missing secret',
      path: 't/secrets/x',
      want: { code: 'not_found', message: /^stat \/.*\/t\/secrets\/x: no such file or directory$/ },
    },
    {
      name: 'a folder',
      path: 't/local/d',
      want: { code: 'is_directory', message: /^file "t\/local\/d" is a directory$/ },
    },
    {
      name: 'a pipe',
      path: 'alloc/logs/.t.stdout.fifo',
      want: { code: 'not_regular', message: /is not a regular file/ },
    },
    {
      name: 'a link to itself',
      path: 't/local/loop',
      want: { code: 'io', message: /too many levels of symbolic links/ },
    },
  ];
  it.each(cases)('$name', async ({ path, want }) => {
    const root = await anAllocation();
    if (typeof want === 'string') expect(await read(root, path)).toBe(want);
    else
      await expect(read(root, path)).rejects.toMatchObject({
        code: want.code,
        message: expect.stringMatching(want.message),
      });
  });
});

describe('a listing', () => {
  it('shows links and pipes as what they are, by name', async () => {
    const root = await anAllocation();
    const short = (await listFiles(root, 't/local')).map((info) => `${info.FileMode[0]} ${info.Name} ${info.IsDir}`);
    expect(short).toEqual([
      'd d true',
      'L key false',
      'L leave false',
      'L link false',
      'L loop false',
      '- ten false',
      'L up false',
    ]);
    expect((await listFiles(root, 'alloc/logs')).map(({ Name, FileMode, Size }) => [Name, FileMode[0], Size])).toEqual([
      ['.t.stdout.fifo', 'p', 0],
    ]);
  });

  const refused = ['..', '../..', 't/local/up', '/../a-10'];
  it.each(refused)('of %s is refused', async (path) => {
    await expect(listFiles(await anAllocation(), path)).rejects.toMatchObject({ code: 'escapes' });
    await expect(statFile(await anAllocation(), path)).rejects.toMatchObject({ code: 'escapes' });
  });
});

describe('a time', () => {
  const cases = [
    { name: 'whole seconds', ns: 1_700_000_000_000_000_000n, want: '2023-11-14T22:13:20Z' },
    { name: 'a fraction without its zeros', ns: 1_700_000_000_120_000_000n, want: '2023-11-14T22:13:20.12Z' },
    { name: 'nanoseconds', ns: 1_700_000_000_000_000_007n, want: '2023-11-14T22:13:20.000000007Z' },
  ];
  it.each(cases)('of $name', ({ ns, want }) => {
    expect(rfc3339(ns)).toBe(want);
  });
});
