import { execFileSync } from 'node:child_process';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../../support/temp-dir.ts';
import { aPlace } from './harness.ts';

/** A repository with three commits on `main`, a tag on the first, and a branch. */
async function aRepository() {
  const folder = await tempDir();
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], {
      cwd: folder,
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
      encoding: 'utf8',
    }).trim();
  const commit = async (files: Record<string, string>, message: string): Promise<string> => {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(folder, path, '..'), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    git('add', '-A');
    git('commit', '-q', '-m', message);
    return git('rev-parse', 'HEAD');
  };
  git('init', '-q', '-b', 'main');
  const first = await commit({ file: 'one', 'site/index.html': '<h1>one</h1>' }, 'first');
  git('tag', 'v1');
  const second = await commit({ file: 'two' }, 'second');
  await commit({ file: 'three', 'site/index.html': '<h1>three</h1>' }, 'third');
  git('branch', 'old', second);
  return { folder, git, commit, first, second };
}

async function fetched(source: (folder: string) => string, options: Record<string, string> = {}) {
  const repository = await aRepository();
  const place = await aPlace();
  const given = Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, value === 'FIRST' ? repository.first : value]),
  );
  await place.get(source(`git::file://${repository.folder}`), { GetterOptions: given });
  return { place, repository };
}

describe('a repository', () => {
  test.each([
    { name: 'as it is', options: {}, want: 'three' },
    { name: 'at a tag', options: { ref: 'v1' }, want: 'one' },
    { name: 'at a branch', options: { ref: 'old' }, want: 'two' },
    { name: 'at a commit', options: { ref: 'FIRST' }, want: 'one' },
    { name: 'no deeper than asked for', options: { depth: '1' }, want: 'three' },
    { name: 'at a branch, no deeper than asked for', options: { depth: '1', ref: 'old' }, want: 'two' },
    { name: 'at a commit, no deeper than asked for', options: { depth: '1', ref: 'FIRST' }, want: 'one' },
  ])('$name', async ({ options, want }) => {
    const { place } = await fetched((url) => url, options as Record<string, string>);
    expect(await place.text('local/file')).toBe(want);
    expect(await place.temp()).toEqual([]);
  });

  test('has only as many commits as its depth', async () => {
    const { place } = await fetched((url) => url, { depth: '2' });
    const log = execFileSync('git', ['-C', join(place.dirs.taskDir, 'local'), 'log', '--oneline'], {
      encoding: 'utf8',
    });
    expect(log.trim().split('\n')).toHaveLength(2);
  });

  test('in part', async () => {
    const { place } = await fetched((url) => `${url}//site?ref=v1`);
    expect(await place.local()).toEqual(['index.html']);
    expect(await place.text('local/index.html')).toBe('<h1>one</h1>');
  });

  test('again over what is there', async () => {
    const { place, repository } = await fetched((url) => url);
    await repository.commit({ file: 'four' }, 'fourth');
    await place.get(`git::file://${repository.folder}`);
    expect(await place.text('local/file')).toBe('four');
  });

  test.each([
    { name: 'a ref that is not there', source: '?ref=none', want: /git: .*none/ },
    { name: 'a folder that is not there', source: '//none', want: /there is no "none"/ },
  ])('$name', async ({ source, want }) => {
    const { folder } = await aRepository();
    const place = await aPlace();
    await expect(place.get(`git::file://${folder}${source}`)).rejects.toThrow(want);
    expect([await place.local(), await place.temp()]).toEqual([[], []]);
  });

  test.each([
    { name: 'links out of it', source: '', target: '/etc', path: 'link' },
    { name: 'links that climb out of it', source: '', target: '../../x', path: 'd/link' },
    { name: 'links from the wanted part into the rest', source: '//d', target: '../file', path: 'd/link' },
  ])('with $name is refused', async ({ source, target, path }) => {
    const { folder, git } = await aRepository();
    await mkdir(join(folder, path, '..'), { recursive: true });
    await symlink(target, join(folder, path));
    git('add', '-A');
    git('commit', '-q', '-m', 'link');
    const place = await aPlace();
    await expect(place.get(`git::file://${folder}${source}`)).rejects.toThrow(/entry ".*link" leads out/);
    expect(await readdir(join(place.dirs.taskDir, 'local'))).toEqual([]);
  });

  test('that nobody serves, and one that takes too long', async () => {
    const place = await aPlace({ '/slow/info/refs': () => undefined });
    await expect(place.get('git::http://127.0.0.1:1/x')).rejects.toThrow(/git: /);
    await expect(place.get(`git::${place.url}/slow`, {}, { gitTimeoutMs: 300 })).rejects.toThrow(
      /took longer than 0.3 s/,
    );
    expect([await place.local(), await place.temp()]).toEqual([[], []]);
  });

  test('runs none of its hooks', async () => {
    const { folder } = await aRepository();
    const mark = join(await tempDir(), 'ran');
    await writeFile(join(folder, '.git/hooks/post-checkout'), `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
    const place = await aPlace();
    await place.get(`git::file://${folder}`);
    expect(await readdir(join(mark, '..'))).toEqual([]);
  });
});
