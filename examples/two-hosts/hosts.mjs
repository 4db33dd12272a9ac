// A small network on one machine: a switch, and for each host a network namespace with an address on it. Needs root and iproute2.
import { spawnSync } from 'node:child_process';

const PREFIX = 'shoal';
/** Of the switch, in its namespace. */
const BRIDGE = 'bridge';
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
 *
 * The bridge between the hosts has a namespace of its own: on the machine's, packets would go through its packet filter, where Docker drops
 * what is forwarded (docs.docker.com, "Packet filtering and firewalls").
 */
export function makeNetwork(names) {
  removeAbandoned();
  const number = claimNumber();
  const uplink = uplinkOf(number);
  const hosts = names.map((name, index) => hostOf({ uplink, number, name, index }));
  try {
    makeSwitch(uplink, number);
    for (const host of hosts) makeHost(host, { uplink, number });
  } catch (error) {
    remove(uplink, hosts);
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
    /** The same, with the machine's own mounts: what is mounted there is seen by all. */
    entering: (name, argv) => ['nsenter', `--net=/run/netns/${find(name).namespace}`, ...argv],
    /** Where the hosts' ports hang on a bridge. */
    switch: {
      bridge: BRIDGE,
      /** The command line that runs `argv` there. */
      command: (argv) => ['ip', 'netns', 'exec', switchOf(uplink), ...argv],
    },
    /** The command lines that take a host off the common network (nothing gets in or out, and nobody is told) and put it back. */
    cutting: (name) => ['ip', '-n', switchOf(uplink), 'link', 'set', find(name).port, 'nomaster'],
    joining: (name) => ['ip', '-n', switchOf(uplink), 'link', 'set', find(name).port, 'master', BRIDGE],
    remove: () => remove(uplink, hosts),
  };
}

/** This machine's ends of the lines by name: those to a namespace that is gone may stay until its last process has. */
function remove(uplink, hosts) {
  for (const { namespace, line } of hosts) {
    spawnSync('ip', ['netns', 'del', namespace]);
    spawnSync('ip', ['link', 'del', line]);
  }
  spawnSync('ip', ['netns', 'del', switchOf(uplink)]);
  spawnSync('ip', ['link', 'del', uplink]);
}

function uplinkOf(number) {
  return `${PREFIX}${number}`;
}

function switchOf(uplink) {
  return `${uplink}-switch`;
}

function hostOf({ uplink, number, name, index }) {
  const last = index + 1;
  return {
    name,
    namespace: `${uplink}-${name}`,
    /** The other ends of its two lines: the switch's, and this machine's. */
    port: `port${last}`,
    line: `${uplink}c${last}`,
    address: `10.213.${number}.${last}`,
    control: `10.214.${number}.${last * 4 + 2}`,
    controlPeer: `10.214.${number}.${last * 4 + 1}`,
  };
}

/** The machine itself is on the network, too, by the uplink. */
function makeSwitch(uplink, number) {
  const space = switchOf(uplink);
  ip('netns', 'add', space);
  ip('-n', space, 'link', 'add', BRIDGE, 'type', 'bridge');
  ip('-n', space, 'link', 'set', BRIDGE, 'up');
  ip('link', 'set', `${uplink}u`, 'netns', space);
  ip('-n', space, 'link', 'set', `${uplink}u`, 'master', BRIDGE, 'up');
  ip('addr', 'add', `10.213.${number}.254/24`, 'dev', uplink);
  ip('link', 'set', uplink, 'up');
}

function makeHost({ namespace, port, line, address, control, controlPeer }, { uplink, number }) {
  ip('netns', 'add', namespace);
  const inside = (...args) => ip('-n', namespace, ...args);
  inside('link', 'set', 'lo', 'up');
  const onSwitch = (...args) => ip('-n', switchOf(uplink), ...args);
  onSwitch('link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
  onSwitch('link', 'set', port, 'master', BRIDGE, 'up');
  inside('addr', 'add', `${address}/24`, 'dev', 'eth0');
  inside('link', 'set', 'eth0', 'up');
  inside('route', 'add', 'default', 'via', `10.213.${number}.254`);
  ip('link', 'add', line, 'type', 'veth', 'peer', 'name', 'control', 'netns', namespace);
  ip('addr', 'add', `${controlPeer}/30`, 'dev', line);
  ip('link', 'set', line, 'up');
  inside('addr', 'add', `${control}/30`, 'dev', 'control');
  inside('link', 'set', 'control', 'up');
}

/** The uplink is the claim: making it fails when somebody has it. Its alias says who. */
function claimNumber() {
  for (let number = 1; number < NETWORKS; number++) {
    const uplink = uplinkOf(number);
    if (spawnSync('ip', ['link', 'add', uplink, 'type', 'veth', 'peer', 'name', `${uplink}u`]).status !== 0) continue;
    ip('link', 'set', uplink, 'alias', `${PREFIX} ${process.pid}`);
    return number;
  }
  throw new Error('no number is free for a network');
}

/** Networks of processes that were killed before they could clean up. */
function removeAbandoned() {
  const links = JSON.parse(ip('-j', 'link', 'show', 'type', 'veth') || '[]');
  for (const { ifname, ifalias } of links) {
    const [, pid] = new RegExp(`^${PREFIX} (\\d+)$`).exec(ifalias ?? '') ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const namespaces = JSON.parse(ip('-j', 'netns', 'list') || '[]').map(({ name }) => name);
    const devices = JSON.parse(ip('-j', 'link', 'show') || '[]').map((link) => link.ifname);
    for (const name of namespaces) if (name.startsWith(`${ifname}-`)) spawnSync('ip', ['netns', 'del', name]);
    const ofHost = new RegExp(`^${ifname}c\\d+$`);
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
