import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { dockerDriver } from '../../../../src/client/drivers/docker/docker.ts';
import { dockerSettings } from '../../../../src/client/drivers/docker/settings.ts';
import type { TaskSpec } from '../../../../src/client/drivers/driver.ts';
import { IMAGE, startEngine, type TestEngine } from '../../../support/docker-host.ts';
import { startRegistry, type TestRegistry } from '../../../support/docker-registry.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { until } from '../../../support/until.ts';
import { never } from '../../supervisor/harness.ts';
import { aTaskSpec } from '../harness.ts';

// Each container takes an engine half a second, and several on a busy machine.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });
const patiently = <T>(what: string, condition: () => T | Promise<T>) => until(what, condition, 30_000);

let engine: TestEngine;
let open: TestRegistry;
let closed: TestRegistry;
beforeAll(async () => {
  engine = await startEngine();
  const place = { folder: engine.folder, address: engine.gateway };
  [open, closed] = await Promise.all([startRegistry(place), startRegistry({ ...place, credentials: 'me:secret' })]);
});
afterAll(async () => {
  await Promise.all([open?.close(), closed?.close()]);
  await engine.dispose();
});

async function aDriver(plugin: Record<string, unknown> = {}, dir?: string) {
  const stateDir = dir ?? (await tempDir());
  const { settings } = dockerSettings({ plugin: { endpoint: engine.endpoint, gc: { image_delay: '0s' }, ...plugin } });
  const driver = dockerDriver({
    settings,
    stateDir,
    node: { id: 'n', name: 'n' },
    coreMHz: 1000,
    log: () => undefined,
  });
  onTestFinished(() => driver.close());
  const run = async (spec: TaskSpec) => {
    const said: string[] = [];
    const say = (message: string, { image = '' }: Record<string, string> = {}) => void said.push(`${message} ${image}`);
    const handle = await driver.start(spec, { say });
    const exit = await driver.wait(handle, never);
    return { said, exit, end: () => driver.forget(handle) };
  };
  return { driver, dir: stateDir, run };
}

const isHere = async (image: string) => (await engine.api('GET', `/images/${image}/json`)).status === 200;
const gone = (image: string) => patiently(`${image} is gone`, async () => !(await isHere(image)));
const printsFrom = (image: string, more: Record<string, unknown> = {}) => ({
  image,
  command: 'sh',
  args: ['-c', 'echo $FROM'],
  ...more,
});
const output = (spec: TaskSpec) => readFileSync(join(spec.dirs.logDir, 't.stdout.0'), 'utf8');

describe('an image', () => {
  it('is fetched once for tasks that start at once, and removed when none uses it any more', async () => {
    const { dir, run } = await aDriver();
    open.requests.length = 0;
    const specs = [1, 2, 3].map(() => aTaskSpec(dir, printsFrom(open.image)));
    const runs = await Promise.all(specs.map(run));
    expect(specs.map(output)).toEqual(['registry\n', 'registry\n', 'registry\n']);
    expect(runs[0]?.said).toEqual([`Downloading image ${open.image}`]);
    expect(open.requests.filter((line) => /^GET .*blobs/.test(line))).toHaveLength(2);
    await runs[0]?.end();
    await runs[1]?.end();
    expect(await isHere(open.image)).toBe(true);
    await runs[2]?.end();
    await gone(open.image);
  });

  it('that somebody else put here is used without asking a registry, and stays', async () => {
    const { dir, run } = await aDriver();
    const { said, end } = await run(aTaskSpec(dir, printsFrom(IMAGE)));
    await end();
    expect(said).toEqual([]);
    expect(await isHere(IMAGE)).toBe(true);
  });

  it('is kept where the operator says so, is fetched again where the job says so, and is known to the next agent', async () => {
    const { dir, run, driver } = await aDriver({ gc: { image: false } });
    await (await run(aTaskSpec(dir, printsFrom(open.image)))).end();
    const again = await run(aTaskSpec(dir, printsFrom(open.image, { force_pull: true })));
    expect(again.said).toEqual([`Downloading image ${open.image}`]);
    await again.end();
    expect(await isHere(open.image)).toBe(true);
    await driver.close();
    await aDriver({}, dir);
    await gone(open.image);
  });

  it('behind a password is fetched with what the job, the operator’s file or helper know', async () => {
    const registry = closed.image.split('/')[0] ?? '';
    const folder = await tempDir();
    const config = join(folder, 'config.json');
    writeFileSync(
      config,
      JSON.stringify({ auths: { [registry]: { auth: Buffer.from('me:secret').toString('base64') } } }),
    );
    mkdirSync(join(folder, 'bin'));
    const helper = join(folder, 'bin/docker-credential-test');
    writeFileSync(
      helper,
      `#!/bin/sh\nread server; echo "$server" > ${folder}/asked\necho '{"Username":"me","Secret":"secret"}'\n`,
      { mode: 0o755 },
    );
    const path = process.env['PATH'];
    process.env['PATH'] = `${join(folder, 'bin')}:${path}`;
    onTestFinished(() => {
      process.env['PATH'] = path;
    });
    const cases = [
      { plugin: {}, auth: [{ username: 'me', password: 'secret' }] },
      { plugin: { auth: [{ config }] }, auth: undefined },
      { plugin: { auth: [{ helper: 'test' }] }, auth: undefined },
    ];
    for (const { plugin, auth } of cases) {
      const { dir, run } = await aDriver(plugin);
      await (await run(aTaskSpec(dir, printsFrom(closed.image, auth && { auth })))).end();
      await gone(closed.image);
    }
    expect(readFileSync(join(folder, 'asked'), 'utf8').trim()).toBe(registry);
    const { dir, driver } = await aDriver();
    const refused = driver.start(aTaskSpec(dir, printsFrom(closed.image)));
    await expect(refused).rejects.toThrow(
      /^Failed to pull `.*`: API error .*(no basic auth credentials|unauthorized)/i,
    );
    const lost = aDriver({ auth: [{ config: '/nowhere.json' }] });
    await expect((await lost).driver.start(aTaskSpec(dir, printsFrom(closed.image)))).rejects.toThrow(
      /Failed to open auth config file: \/nowhere.json/,
    );
  });

  it('that a registry does not have is not tried again', async () => {
    const { dir, driver } = await aDriver();
    const start = driver.start(aTaskSpec(dir, printsFrom(open.image.replace(/1$/, '2'))));
    await expect(start).rejects.toMatchObject({
      message: expect.stringMatching(/manifest unknown/),
      recoverable: false,
    });
  });

  it('that takes too long is given up, at once when the task is not wanted any more', async () => {
    const { dir, driver } = await aDriver();
    const silent = (await import('node:net')).createServer(() => undefined).listen(0, engine.gateway);
    onTestFinished(() => void silent.close());
    await patiently('it listens', () => silent.listening);
    const image = `${engine.gateway}:${(silent.address() as { port: number }).port}/app:1`;
    await expect(driver.start(aTaskSpec(dir, printsFrom(image, { image_pull_timeout: '300ms' })))).rejects.toThrow(
      /Failed to pull `.*`: it took longer than 0.3s \(image_pull_timeout\)/,
    );
    const unwanted = driver.start(aTaskSpec(dir, printsFrom(image)), { signal: AbortSignal.timeout(200) });
    await expect(unwanted).rejects.toThrow(/abort|timeout/i);
  });

  it('comes out of an archive', async () => {
    const { dir, run } = await aDriver();
    const spec = aTaskSpec(dir, { image: 'from-archive:1', load: 'app.tar', command: 'echo', args: ['loaded'] });
    await engine.api('POST', `/images/${IMAGE}/tag?repo=from-archive&tag=1`);
    await engine.save('/images/from-archive:1/get', join(spec.dirs.localDir, 'app.tar'));
    await engine.api('DELETE', '/images/from-archive:1');
    expect(await isHere('from-archive:1')).toBe(false);
    await (await run(spec)).end();
    expect(output(spec)).toBe('loaded\n');
  });
});
