import { agentFlagSet } from '../agent/flags.ts';
import { runAgent } from '../agent/run-agent.ts';
import { defineCommand } from '../command.ts';
import type { FlagSpecs } from '../flags.ts';

/** Flags that mean a key of Nomad's configuration: they are read as such, with that key's reasons where it has no effect. */
const AS_KEYS = {
  bind: { kind: 'text', help: "Address of Nomad's API and of what agents talk on" },
  'alloc-dir': { kind: 'text', help: 'Folder of allocations' },
  'state-dir': { kind: 'text', help: "Folder of the client's state" },
  'plugin-dir': { kind: 'text', help: 'Folder of plug-ins', hidden: true },
  encrypt: { kind: 'text', help: 'Key of gossip', hidden: true },
  'dev-connect': { kind: 'bool', help: 'As -dev', hidden: true },
  'node-class': { kind: 'text', help: 'Class of this node, for constraints' },
  'acl-enabled': { kind: 'bool', help: 'Access control', hidden: true },
  'retry-interval': { kind: 'text', help: 'Time between attempts to join' },
  'retry-max': { kind: 'number', help: 'Attempts to join' },
} as const satisfies FlagSpecs;

const agentFlags = agentFlagSet({ without: ['bind', 'nodeClass', 'clientAddr'] });

export const command = defineCommand({
  usage: '[flags]',
  description: `Runs an agent until it is told to end, by Nomad's configuration files and flags as they stand.`,
  args: [0, 0],
  flags: {
    config: { kind: 'texts', value: 'PATH', help: 'File, or folder with .hcl and .json files (repeatable)' },
    ...agentFlags.specs,
    ...AS_KEYS,
  },
  examples: ['agent -dev', 'agent -config=/etc/nomad.d/nomad.hcl'],
  run: ({ flags, io }) => {
    const own = agentFlags.read(flags);
    const dev = flags['dev-connect'] ? { dev: true } : {};
    return runAgent(
      { paths: flags.config, flags: { ...own, ...dev }, extra: { name: 'nomad-flags.json', settings: keysOf(flags) } },
      io,
    );
  },
});

type Given = Readonly<Record<string, unknown>>;

function keysOf(flags: Given): Record<string, unknown> {
  const client = defined({
    alloc_dir: flags['alloc-dir'],
    state_dir: flags['state-dir'],
    node_class: flags['node-class'],
  });
  const join = defined({ retry_interval: flags['retry-interval'], retry_max: flags['retry-max'] });
  const server = defined({ encrypt: flags['encrypt'], server_join: join });
  return defined({
    bind_addr: flags['bind'],
    plugin_dir: flags['plugin-dir'],
    client,
    server,
    acl: defined({ enabled: flags['acl-enabled'] }),
  });
}

/** Without what is not given, and without objects that hold nothing. */
function defined(values: Given): Record<string, unknown> {
  const isGiven = (value: unknown) =>
    value !== undefined && !(typeof value === 'object' && value !== null && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(values).filter(([, value]) => isGiven(value)));
}
