import type { AgentConfig } from '../config/agent-config.ts';
import type { Safety } from '../http/shared/safety.ts';

/** The names under which this agent's APIs may be asked. */
export function safetyOf(config: AgentConfig, listen: readonly string[]): Safety {
  const { ports } = config;
  return {
    hosts: [config.nodeName, ...config.http.allowedHosts],
    domains: [config.dns.domain, ...config.dns.altDomains],
    listen,
    ports: [ports.http, ports.consulHttp].flatMap((port) => port ?? []),
  };
}
