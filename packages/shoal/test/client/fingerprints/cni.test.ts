import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cniFingerprint } from '../../../src/client/fingerprints/cni.ts';
import type { Machine } from '../../../src/client/fingerprints/fingerprint.ts';
import { thisMachine } from '../../../src/client/fingerprints/machine.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { aNodeConfig } from '../support/builders.ts';

const PLUGINS = ['bridge', 'firewall', 'host-local', 'loopback', 'portmap'];

/** A folder of programs that say who they are, on standard error as plugins do. */
async function aMachine(presentations: Record<string, string>) {
  const folder = await tempDir();
  const config = aNodeConfig(folder);
  const network = { ...config.network, cniPath: [join(folder, 'missing'), folder] };
  const install = async (name: string, presentation: string) => {
    await writeFile(join(folder, name), `#!/bin/sh\nprintf '${presentation}' >&2\n`);
    await chmod(join(folder, name), 0o755);
  };
  for (const [name, presentation] of Object.entries(presentations)) await install(name, presentation);
  await writeFile(join(folder, 'README'), 'no program');
  await mkdir(network.cniConfigDir);
  const find = (machine: Machine = thisMachine) =>
    cniFingerprint.run({ config: { ...config, network }, machine, drivers: [], now: Date.now });
  return { folder, configDir: network.cniConfigDir, install, find };
}

const all = (presentation: (name: string) => string) =>
  Object.fromEntries(PLUGINS.map((name) => [name, presentation(name)]));

describe('networks of a node', () => {
  test('are a bridge, where all its plugins are, with their versions', async () => {
    const { find } = await aMachine(
      all((name) => `CNI ${name} plugin v1.5.1\\nCNI protocol versions supported: 0.4.0, 1.1.0\\n`),
    );
    const { attributes, ownNetworks, ownNodeNetworks } = await find();
    expect(attributes).toEqual(Object.fromEntries(PLUGINS.map((name) => [`plugins.cni.version.${name}`, '1.5.1'])));
    expect(ownNetworks?.map(({ Mode }) => Mode)).toEqual(['bridge']);
    expect(ownNodeNetworks?.map(({ Mode, Device }) => [Mode, Device])).toEqual([['bridge', 'nomad']]);
  });

  test('have the newest specification for the version of a plugin that does not know its own', async () => {
    const { find } = await aMachine({
      bridge: 'CNI bridge plugin version unknown\\nCNI protocol versions supported: 0.1.0, 0.4.0, 1.0.0\\n',
    });
    expect((await find()).attributes).toEqual({ 'plugins.cni.version.bridge': '1.0.0' });
  });

  test('are none without a plugin, and a bridge when it comes', async () => {
    const { portmap = '', ...others } = all((name) => `CNI ${name} plugin v1.5.1\\n`);
    const { find, install } = await aMachine(others);
    expect((await find()).ownNetworks).toBeUndefined();
    await install('portmap', portmap);
    expect((await find()).ownNetworks?.map(({ Mode }) => Mode)).toEqual(['bridge']);
  });

  test('are those that are described, as long as they are', async () => {
    const { find, configDir } = await aMachine({ ptp: 'CNI ptp plugin v1.5.1\\n' });
    const describe = (name: string, type: string) =>
      writeFile(join(configDir, `${name}.conf`), JSON.stringify({ cniVersion: '1.0.0', name, type }));
    await describe('without', 'no-such-plugin');
    const file = join(configDir, 'mine.conflist');
    await writeFile(file, JSON.stringify({ cniVersion: '1.0.0', name: 'mine', plugins: [{ type: 'ptp' }] }));
    await writeFile(join(configDir, 'broken.conflist'), '{');
    expect((await find()).ownNetworks?.map(({ Mode }) => Mode)).toEqual(['cni/mine']);
    await rm(file);
    expect((await find()).ownNetworks).toBeUndefined();
  });

  test('are none on another system', async () => {
    const { find } = await aMachine(all((name) => `CNI ${name} plugin v1.5.1\\n`));
    expect(await find({ ...thisMachine, platform: () => 'darwin' })).toEqual({});
  });
});
