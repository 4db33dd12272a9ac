import type { AgentConfig } from '../config/agent-config.ts';
import type { Safety } from '../http/shared/safety.ts';

/** The names under which this agent's APIs may be asked. */
export function safetyOf(config: AgentConfig, listen: readonly string[]): Safety {
  const { ports } = config;
  return {
    hosts: [config.nodeName, ...config.http.allowedHosts],
    domains: [config.dns.domain, ...config.dns.altDomains],
    listen,
    origins: allowedOrigins(config.http.responseHeaders),
    ports: [ports.http, ports.consulHttp].flatMap((port) => port ?? []),
  };
}

/** Who configures that pages of an origin may read the answers means that they may ask. */
function allowedOrigins(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    name.toLowerCase() === 'access-control-allow-origin' && value.trim() !== '' ? [value.trim()] : [],
  );
}
