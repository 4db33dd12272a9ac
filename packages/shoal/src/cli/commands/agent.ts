import { agentFlagSet } from '../agent/flags.ts';
import { runAgent } from '../agent/run-agent.ts';
import { defineCommand } from '../command.ts';

const agentFlags = agentFlagSet();

export const command = defineCommand({
  usage: '[flags]',
  description: `Runs an agent until it is told to end. What it is, a server, a client, an edge, or all of them, is said by
configuration files (of Shoal, Nomad or Consul, as they stand) and by flags, which have the last word.

SIGTERM ends the agent, and its tasks go on: the next agent with the same data finds them. With -dev, or
leave_on_terminate, the tasks are ended first.`,
  args: [0, 0],
  flags: {
    config: {
      kind: 'texts',
      value: 'PATH',
      also: ['config-file', 'config-dir'],
      help: 'File, or folder with .hcl and .json files (repeatable)',
    },
    ...agentFlags.specs,
  },
  examples: ['agent -dev', 'agent -config /etc/shoal', 'agent -dev -http-port 14646 -consul-http-port 18500'],
  run: ({ flags, io }) => runAgent({ paths: flags.config, flags: agentFlags.read(flags) }, io),
});
