// A small network on one machine: a bridge, and for each host a network namespace with an address on it. Needs root and iproute2.
import { spawnSync } from 'node:child_process';

const PREFIX = 'shoal';
const NETWORKS = 200;

/** Why such a network cannot be made here; undefined when it can. */
export function whatIsMissing() {
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux';
  if (process.getuid() !== 0) return 'making network namespaces needs root: run it with sudo';
  if (spawnSync('ip', ['-V']).error) return 'the program "ip" is missing: install the package iproute2';
  const probe = `${PREFIX}-probe-${process.pid}`;
  const { status, stderr } = spawnSync('ip', ['netns', 'add', probe], { encoding: 'utf8' });
  if (status !== 0) return `network namespaces are not allowed here (in a container?): ${stderr.trim()}`;
  spawnSync('ip', ['netns', 'del', probe]);
  return undefined;
}

/**
 * Makes the hosts `names`. Each has `eth0` on a common network, and `control`, a line of its own to this machine, which works when the common
 * network is cut. All of it is gone after `remove()`.
 */
export function makeNetwork(names) {
  removeAbandoned();
  const number = claimNumber();
  const bridge = `${PREFIX}${number}`;
  const hosts = names.map((name, index) => hostOf({ bridge, number, name, index }));
  try {
    for (const host of hosts) makeHost(host, { bridge, number });
  } catch (error) {
    remove(bridge, hosts);
    throw error;
  }
  const byName = new Map(hosts.map((host) => [host.name, host]));
  const find = (name) => {
    const host = byName.get(name);
    if (!host) throw new Error(`there is no host "${name}"`);
    return host;
  };
  return {
    /** Of this machine, on the common network. */
    gateway: `10.213.${number}.254`,
    names,
    host: find,
    /** The command line that runs `argv` on a host. */
    command: (name, argv) => ['ip', 'netns', 'exec', find(name).namespace, ...argv],
    /** Takes the host off the common network: nothing gets in or out, and nobody is told. */
    cut: (name) => ip('link', 'set', find(name).port, 'nomaster'),
    join: (name) => ip('link', 'set', find(name).port, 'master', bridge),
    remove: () => remove(bridge, hosts),
  };
}

/** The lines by name: those of a namespace that is gone may stay until its last process has. */
function remove(bridge, hosts) {
  for (const { namespace, port, line } of hosts) {
    spawnSync('ip', ['netns', 'del', namespace]);
    for (const device of [port, line]) spawnSync('ip', ['link', 'del', device]);
  }
  spawnSync('ip', ['link', 'del', bridge]);
}

function hostOf({ bridge, number, name, index }) {
  const last = index + 1;
  return {
    name,
    bridge,
    namespace: `${bridge}-${name}`,
    /** This machine's ends of its two lines. */
    port: `${bridge}p${last}`,
    line: `${bridge}c${last}`,
    address: `10.213.${number}.${last}`,
    control: `10.214.${number}.${last * 4 + 2}`,
    controlPeer: `10.214.${number}.${last * 4 + 1}`,
  };
}

function makeHost({ namespace, port, line, address, control, controlPeer }, { bridge, number }) {
  ip('netns', 'add', namespace);
  const inside = (...args) => ip('-n', namespace, ...args);
  inside('link', 'set', 'lo', 'up');
  ip('link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
  ip('link', 'set', port, 'master', bridge, 'up');
  inside('addr', 'add', `${address}/24`, 'dev', 'eth0');
  inside('link', 'set', 'eth0', 'up');
  inside('route', 'add', 'default', 'via', `10.213.${number}.254`);
  ip('link', 'add', line, 'type', 'veth', 'peer', 'name', 'control', 'netns', namespace);
  ip('addr', 'add', `${controlPeer}/30`, 'dev', line);
  ip('link', 'set', line, 'up');
  inside('addr', 'add', `${control}/30`, 'dev', 'control');
  inside('link', 'set', 'control', 'up');
}

/** The bridge is the claim: making it fails when somebody has it. Its alias says who. */
function claimNumber() {
  for (let number = 1; number < NETWORKS; number++) {
    const bridge = `${PREFIX}${number}`;
    if (spawnSync('ip', ['link', 'add', bridge, 'type', 'bridge']).status !== 0) continue;
    ip('link', 'set', bridge, 'alias', `${PREFIX} ${process.pid}`);
    ip('addr', 'add', `10.213.${number}.254/24`, 'dev', bridge);
    ip('link', 'set', bridge, 'up');
    return number;
  }
  throw new Error('no number is free for a network');
}

/** Networks of processes that were killed before they could clean up. */
function removeAbandoned() {
  const links = JSON.parse(ip('-j', 'link', 'show', 'type', 'bridge') || '[]');
  for (const { ifname, ifalias } of links) {
    const [, pid] = new RegExp(`^${PREFIX} (\\d+)$`).exec(ifalias ?? '') ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const namespaces = JSON.parse(ip('-j', 'netns', 'list') || '[]').map(({ name }) => name);
    const devices = JSON.parse(ip('-j', 'link', 'show') || '[]').map((link) => link.ifname);
    for (const name of namespaces) if (name.startsWith(`${ifname}-`)) spawnSync('ip', ['netns', 'del', name]);
    const ofHost = new RegExp(`^${ifname}[pc]\\d+$`);
    for (const device of devices) if (ofHost.test(device)) spawnSync('ip', ['link', 'del', device]);
    spawnSync('ip', ['link', 'del', ifname]);
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function ip(...args) {
  return run('ip', ...args);
}

function run(program, ...args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
  return stdout;
}
