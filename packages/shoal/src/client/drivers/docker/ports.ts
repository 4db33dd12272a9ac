import type { TaskPort } from '../driver.ts';
import type { TaskConfig } from './task-config.ts';

export type PublishedPorts = {
  ExposedPorts: Record<string, object>;
  PortBindings: Record<string, { HostIp: string; HostPort: string }[]>;
};

/**
 * What `ports` (labels of the group's network) and `port_map` (labels of the task's own, each with its port inside) publish: each for TCP and UDP.
 * Throws `Error` for a label that the allocation does not have.
 */
export function publishedPorts(ports: readonly TaskPort[], config: TaskConfig): PublishedPorts {
  const map = insidePorts(config);
  const find = (label: string) => {
    const port = ports.find((one) => one.label === label);
    if (port !== undefined) return port;
    const known = ports.map((one) => `"${one.label}"`).join(', ') || 'none';
    throw new Error(`Port "${label}" not found, check network block; the allocation has: ${known}`);
  };
  const published: PublishedPorts = { ExposedPorts: {}, PortBindings: {} };
  for (const label of new Set([...(config.ports ?? []), ...Object.keys(map)])) {
    const { ip, value, to } = find(label);
    const inside = map[label] ?? (to > 0 ? to : value);
    for (const protocol of ['tcp', 'udp']) {
      const key = `${inside}/${protocol}`;
      published.ExposedPorts[key] = {};
      published.PortBindings[key] = [...(published.PortBindings[key] ?? []), { HostIp: ip, HostPort: String(value) }];
    }
  }
  return published;
}

/** `port_map`: a port inside of the container for each label. */
export function insidePorts({ port_map: map = {} }: TaskConfig): Record<string, number> {
  return Object.fromEntries(Object.entries(map).map(([label, port]) => [label, Number(port)]));
}
