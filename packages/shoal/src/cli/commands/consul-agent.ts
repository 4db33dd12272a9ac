import { plainObject, readDocument } from '../../config/document.ts';
import { agentFlagSet, pairs } from '../agent/flags.ts';
import { runAgent } from '../agent/run-agent.ts';
import { defineCommand } from '../command.ts';
import { CommandError } from '../errors.ts';
import type { FlagSpec, FlagSpecs } from '../flags.ts';

/** Flags of Consul's agent and the keys of its configuration that say the same (https://developer.hashicorp.com/consul/docs/agent/config/cli-flags). */
const AS_KEYS: Readonly<Record<string, { key: string; spec: FlagSpec }>> = {
  bind: key('bind_addr', 'text', 'Address of what agents talk on'),
  client: key('client_addr', 'text', "Addresses of Consul's API and DNS"),
  'advertise-wan': key('advertise_addr_wan', 'text'),
  'allow-write-http-from': key('allow_write_http_from', 'texts'),
  'alt-domain': key('alt_domain', 'text'),
  bootstrap: key('bootstrap', 'bool', 'Be the only server'),
  check_output_max_size: key('check_output_max_size', 'number'),
  'default-query-time': key('default_query_time', 'text'),
  'disable-host-node-id': key('disable_host_node_id', 'bool'),
  'disable-keyring-file': key('disable_keyring_file', 'bool'),
  'enable-local-script-checks': key('enable_local_script_checks', 'bool'),
  'enable-script-checks': key('enable_script_checks', 'bool'),
  encrypt: key('encrypt', 'text'),
  'join-wan': key('start_join_wan', 'texts'),
  'log-rotate-bytes': key('log_rotate_bytes', 'number'),
  'log-rotate-duration': key('log_rotate_duration', 'text'),
  'log-rotate-max-files': key('log_rotate_max_files', 'number'),
  'max-query-time': key('max_query_time', 'text'),
  'non-voting-server': key('non_voting_server', 'bool'),
  'pid-file': key('pid_file', 'text'),
  'primary-gateway': key('primary_gateways', 'texts'),
  protocol: key('protocol', 'number'),
  'raft-protocol': key('raft_protocol', 'number'),
  rejoin: key('rejoin_after_leave', 'bool'),
  'retry-interval': key('retry_interval', 'text', 'Time between attempts to join'),
  'retry-interval-wan': key('retry_interval_wan', 'text'),
  'retry-join-wan': key('retry_join_wan', 'texts'),
  'retry-max-wan': key('retry_max_wan', 'number'),
  'retry-max': key('retry_max', 'number', 'Attempts to join'),
  segment: key('segment', 'text'),
  'serf-lan-allowed-cidrs': key('serf_lan_allowed_cidrs', 'texts'),
  'serf-lan-bind': key('serf_lan', 'text'),
  'serf-wan-allowed-cidrs': key('serf_wan_allowed_cidrs', 'texts'),
  'serf-wan-bind': key('serf_wan', 'text'),
  syslog: key('enable_syslog', 'bool'),
  'ui-content-path': key('ui_content_path', 'text'),
  'ui-dir': key('ui_dir', 'text'),
};

/** Keys that Consul keeps under `ports`. */
const PORTS: Readonly<Record<string, string>> = {
  'https-port': 'https',
  'grpc-port': 'grpc',
  'grpc-tls-port': 'grpc_tls',
  'serf-lan-port': 'serf_lan',
  'serf-wan-port': 'serf_wan',
};

/** The others are Shoal's, some by Consul's names. */
const agentFlags = agentFlagSet({
  without: ['bind', 'clientAddr', 'client', 'meta'],
  names: {
    consulHttpPort: ['http-port'],
    rpcPort: ['server-port'],
    dataDir: ['data-dir'],
    httpPort: ['nomad-http-port'],
  },
});

const OWN: FlagSpecs = {
  'node-meta': { kind: 'texts', value: 'KEY:VALUE', help: 'Metadata of this node (repeatable)' },
  hcl: { kind: 'texts', value: 'HCL', help: 'A piece of configuration (repeatable)' },
  'config-format': { kind: 'text', help: 'hcl or json', hidden: true },
  ...Object.fromEntries(Object.entries(AS_KEYS).map(([name, { spec }]) => [name, spec])),
  ...Object.fromEntries(
    Object.keys(PORTS).map((name): [string, FlagSpec] => [name, { kind: 'number', help: '', hidden: true }]),
  ),
};

export const command = defineCommand({
  usage: '[flags]',
  description: `Runs an agent until it is told to end, by Consul's configuration files and flags as they stand.`,
  args: [0, 0],
  flags: {
    'config-file': {
      kind: 'texts',
      value: 'PATH',
      also: ['config-dir', 'config'],
      help: 'File, or folder with .hcl and .json files (repeatable)',
    },
    ...agentFlags.specs,
    ...OWN,
  } as FlagSpecs & { 'config-file': { kind: 'texts'; help: string } },
  examples: ['agent -dev', 'agent -config-file=/etc/consul.d/consul.hcl -client 127.0.0.1'],
  run: ({ flags, io }) =>
    runAgent(
      {
        paths: flags['config-file'],
        flags: agentFlags.read(flags),
        extra: { name: 'consul-flags.json', settings: keysOf(flags) },
      },
      io,
    ),
});

function keysOf(flags: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isGiven = (value: unknown) => value !== undefined && !(Array.isArray(value) && value.length === 0);
  const keys = Object.entries(AS_KEYS).map(([name, { key }]): [string, unknown] => [key, flags[name]]);
  const ports = Object.entries(PORTS).map(([name, key]): [string, unknown] => [key, flags[name]]);
  const meta = (flags['node-meta'] as readonly string[]).map((text) => text.replace(':', '='));
  const given = (entries: [string, unknown][]) => Object.fromEntries(entries.filter(([, value]) => isGiven(value)));
  return {
    ...fragments(flags['hcl'] as readonly string[]),
    ...given(keys),
    ...(Object.keys(given(ports)).length > 0 && { ports: given(ports) }),
    ...(meta.length > 0 && { node_meta: pairs(meta) }),
  };
}

/** Throws CommandError. */
function fragments(texts: readonly string[]): Record<string, unknown> {
  const read = texts.map((text) => {
    const { root, diagnostics } = readDocument(text, '-hcl');
    const [wrong] = diagnostics.filter(({ severity }) => severity === 'error');
    if (wrong) throw new CommandError(`-hcl "${text}": ${wrong.summary}`);
    return plainObject(root);
  });
  return Object.assign({}, ...read) as Record<string, unknown>;
}

/** Without a text it is taken, but not shown: it has no effect here, and says so. */
function key(name: string, kind: FlagSpec['kind'], help?: string): { key: string; spec: FlagSpec } {
  return { key: name, spec: { kind, help: help ?? '', ...(help === undefined && { hidden: true }) } };
}
