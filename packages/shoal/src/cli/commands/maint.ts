import type { HealthCheck } from '@shoal/api';
import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { UsageError } from '../errors.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: `Takes this node, or one of its services, out of what is healthy, and puts it back. Without -enable and -disable it tells what
is in maintenance now.`,
  args: [0, 0],
  flags: {
    enable: { kind: 'bool', help: 'Begin' },
    disable: { kind: 'bool', help: 'End' },
    reason: { kind: 'text', value: 'TEXT', help: 'Shown to others' },
    service: { kind: 'text', value: 'ID', help: 'Only this service of the agent' },
    ...CONSUL_FLAGS,
  },
  examples: ['maint', 'maint -enable -reason "new disks"', 'maint -disable -service web'],
  async run({ flags, io, env }) {
    const { enable, disable, reason, service } = flags;
    if (enable && disable) throw new UsageError('-enable and -disable say the opposite');
    const http = connectConsulHttp(flags, env);
    if (!enable && !disable) {
      if (reason !== undefined) throw new UsageError('Reason may only be provided with -enable');
      if (service !== undefined) throw new UsageError('Service requires either -enable or -disable');
      const { value } = await http.ask<Record<string, HealthCheck>>('GET', '/v1/agent/checks');
      for (const check of Object.values(value ?? {})) if (isMaintenance(check)) io.out(shown(check));
      return 0;
    }
    const path =
      service === undefined ? '/v1/agent/maintenance' : `/v1/agent/service/maintenance/${encodeURIComponent(service)}`;
    await http.ask('PUT', path, { query: { enable: String(enable === true), reason } });
    const [what, which] = service === undefined ? ['Node', ''] : ['Service', ` for ${JSON.stringify(service)}`];
    io.out(`${what} maintenance is now ${enable ? 'enabled' : 'disabled'}${which}\n`);
    return 0;
  },
});

function isMaintenance({ CheckID }: HealthCheck): boolean {
  return CheckID === '_node_maintenance' || CheckID.startsWith('_service_maintenance:');
}

function shown({ Node, ServiceID, Notes }: HealthCheck): string {
  const what = ServiceID === '' ? `Node:\n  Name:   ${Node}` : `Service:\n  ID:     ${ServiceID}`;
  return `${what}\n  Reason: ${Notes}\n\n`;
}
