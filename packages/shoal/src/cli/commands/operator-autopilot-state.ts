import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { jsonText } from '../output/json.ts';
import { keyValue } from '../output/key-value.ts';

type State = {
  Healthy: boolean;
  FailureTolerance: number;
  Leader: string;
  Voters: string[];
  Servers: Record<string, { Name: string; Address: string; SerfStatus: string; Healthy: boolean }>;
};

export const command = defineCommand({
  usage: '[flags]',
  description: 'Shows how the servers do.',
  args: [0, 0],
  flags: { json: { kind: 'bool', help: 'Print JSON' }, ...CONSUL_FLAGS },
  examples: ['operator autopilot state'],
  async run({ flags, io, env }) {
    const { value } = await connectConsulHttp(flags, env).ask<State>('GET', '/v1/operator/autopilot/state');
    if (flags.json || !value) {
      io.out(jsonText(value));
      return 0;
    }
    const { Healthy, FailureTolerance, Leader, Servers } = value;
    io.out(
      keyValue(io.paint, [
        ['Healthy', String(Healthy)],
        ['Failure Tolerance', String(FailureTolerance)],
        ['Leader', Leader],
      ]),
    );
    for (const [id, { Name, Address, SerfStatus }] of Object.entries(Servers)) {
      io.out(`\n${id}\n`);
      io.out(
        keyValue(io.paint, [
          ['Name', Name],
          ['Address', Address],
          ['Status', SerfStatus],
        ]),
      );
    }
    return 0;
  },
});
