import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { extract } from 'tar';
import { expect, test } from 'vitest';
import { testAgent } from '../support/agent.ts';
import { allocOf, jobFile } from '../support/jobs.ts';
import { tempDir } from '../support/temp-dir.ts';

/**
 * What `npm pack` makes, installed the way `npm install -g` does it: unpacked into lib/node_modules, linked from bin. Only the dependency comes from
 * this checkout instead of the registry.
 */

const run = promisify(execFile);
const folder = fileURLToPath(new URL('../../', import.meta.url));

test('the packed program runs where it is installed, with its licence and readme', async () => {
  const prefix = await tempDir();
  const shoal = await install(prefix);
  const text = (name: string) => readFile(join(prefix, 'lib/node_modules/shoal', name), 'utf8');
  expect(await text('LICENSE')).toContain('Apache License');
  expect(await text('README.md')).toMatch(/^# Shoal/);

  const { version } = JSON.parse(await text('package.json')) as { version: string };
  expect((await run(shoal, ['version'])).stdout).toContain(`v${version}`);

  const agent = await testAgent({ program: shoal, dev: true });
  await agent.run(jobFile('packed', ['/bin/sleep', '1000']));
  await allocOf(agent, 'packed', ({ ClientStatus }) => ClientStatus === 'running');
  expect((await run(shoal, ['job', 'status', `-address=${agent.nomadUrl}`])).stdout).toMatch(
    /packed +service +50 +running/,
  );
  expect(await agent.end('SIGINT')).toBe(0);
  expect(agent.processes()).toEqual([]);
  // Node keeps what it compiled there, from version 22 on.
  const left = (await readdir(join(agent.folder, 'tmp'))).filter((name) => name !== 'node-compile-cache');
  expect(left).toEqual([]);
});

/** Answers with the path of the command. */
async function install(prefix: string): Promise<string> {
  // The build is there already; making it again would take it from under other tests.
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', prefix];
  const { stdout } = await run('npm', pack, { cwd: folder });
  const [{ filename } = { filename: '' }] = JSON.parse(stdout) as { filename: string }[];
  const home = join(prefix, 'lib/node_modules/shoal');
  await mkdir(join(home, 'node_modules'), { recursive: true });
  await extract({ file: join(prefix, filename), cwd: home, strip: 1 });
  await symlink(join(createRequire(import.meta.url).resolve('lmdb'), '../..'), join(home, 'node_modules/lmdb'));
  await mkdir(join(prefix, 'bin'));
  await symlink('../lib/node_modules/shoal/dist/shoal.js', join(prefix, 'bin/shoal'));
  return join(prefix, 'bin/shoal');
}
