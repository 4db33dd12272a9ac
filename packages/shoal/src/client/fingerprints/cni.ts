import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { NetworkResource, NodeNetwork } from '@shoal/api';
import { BRIDGE_PLUGINS } from '../network/bridge-config.ts';
import { findPlugin } from '../network/cni/invoke.ts';
import { type FoundConfigs, findConfigs } from '../network/cni-configs.ts';
import { runProgram, systemPath } from '../network/program.ts';
import type { Fingerprint } from './fingerprint.ts';

/**
 * Networks that allocations can have for themselves here: `bridge` where its plugins are, and `cni/NAME` for each network configuration. What plugins there
 * are, by `plugins.cni.version.NAME` (https://developer.hashicorp.com/nomad/docs/job-specification/network).
 */
export const cniFingerprint: Fingerprint = {
  name: 'cni',
  // What is installed or described while the agent runs is there soon after.
  periodic: true,
  async run({ machine, config: { network } }) {
    if (machine.platform() !== 'linux') return {};
    const [versions, configs] = await Promise.all([pluginVersions(network.cniPath), findConfigs(network.cniConfigDir)]);
    const attributes = Object.entries(versions).map(([name, version]) => [`plugins.cni.version.${name}`, version]);
    const hasBridge = [...BRIDGE_PLUGINS, 'loopback'].every((name) => versions[name] !== undefined);
    const canMapPorts = (await findPlugin(systemPath().split(':'), 'iptables')) !== undefined;
    const possible = [
      ...(hasBridge && canMapPorts ? [{ mode: 'bridge', device: network.bridgeName }] : []),
      ...(await usable(configs, network.cniPath)).map((name) => ({ mode: `cni/${name}`, device: '' })),
    ];
    // Namespaces, bridges and packet filters are for root.
    const modes = process.getuid?.() === 0 ? possible : [];
    return {
      attributes: Object.fromEntries(attributes),
      ...(modes.length > 0 && {
        ownNetworks: modes.map(({ mode }) => networkResource(mode)),
        ownNodeNetworks: modes.map(({ mode, device }) => nodeNetwork(mode, device)),
      }),
    };
  },
};

/** The networks whose plugins are there. */
async function usable({ lists }: FoundConfigs, path: readonly string[]): Promise<string[]> {
  const looked = [...lists].map(async ([name, { plugins }]) => {
    const found = await Promise.all(plugins.map(({ type }) => findPlugin(path, type)));
    return found.includes(undefined) ? [] : [name];
  });
  return (await Promise.all(looked)).flat();
}

/** What each program said of itself, as long as it is the same file. */
const known = new Map<string, { changedAt: number; version: string | undefined }>();

/** By name, of all plugins in the folders. */
async function pluginVersions(path: readonly string[]): Promise<Record<string, string>> {
  const found = new Map<string, string>();
  for (const folder of path) {
    const names = await readdir(folder).catch(() => []);
    for (const name of names) if (!found.has(name)) found.set(name, join(folder, name));
  }
  const read = await Promise.all([...found].map(async ([name, file]) => [name, await knownVersion(file)] as const));
  return Object.fromEntries(read.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

async function knownVersion(file: string): Promise<string | undefined> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || !found.isFile()) return undefined;
  const before = known.get(file);
  if (before?.changedAt === found.ctimeMs) return before.version;
  const version = await versionOf(file);
  known.set(file, { changedAt: found.ctimeMs, version });
  return version;
}

/**
 * A plugin that is called without a command says who it is: `CNI bridge plugin v1.5.1`. Some builds do not know their version (`version unknown`); then the
 * newest specification that it understands stands for it, so that constraints on the attribute hold. Undefined for what is no plugin.
 */
async function versionOf(file: string): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await runProgram(file, [], { env: { PATH: systemPath() }, timeoutMs: 5_000 });
    const [, version, specifications] = PRESENTATION.exec(stdout + stderr) ?? [];
    if (version === undefined) return undefined;
    return version === 'version unknown' ? specifications?.split(',').at(-1)?.trim() : version.replace(/^v/, '');
  } catch {
    return undefined;
  }
}

const PRESENTATION = /^CNI \S+ plugin (version unknown|\S+)(?:\s+CNI protocol versions supported: (.*))?/;

function networkResource(Mode: string): NetworkResource {
  const nothing = { Device: '', CIDR: '', IP: '', MBits: 0, DNS: null, ReservedPorts: null, DynamicPorts: null };
  return { Mode, ...nothing };
}

function nodeNetwork(Mode: string, Device: string): NodeNetwork {
  return { Mode, Device, MacAddress: '', Speed: 0, Addresses: null };
}
