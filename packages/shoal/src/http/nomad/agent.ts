import { json } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { readHeaders } from './context.ts';

/** Facts about this agent, gathered by whoever assembled it. */
export type AgentFacts = {
  /** The whole of `GET /v1/agent/self`. */
  self(): Record<string, unknown>;
  /** `Members` of `GET /v1/agent/members`. */
  members(): Record<string, unknown>[];
  /** By role: is it well? */
  health(): { server?: { ok: boolean; message: string }; client?: { ok: boolean; message: string } };
  /** `host:port` of the servers' agents port. */
  leader(): string;
  peers(): string[];
  region: string;
  datacenter: string;
  /** `name.region` */
  serverName: string;
};

/** `/v1/agent/…`, `/v1/status/…` and `/v1/regions`. */
export function agentEndpoints(facts: AgentFacts): Endpoint[] {
  const health = () => {
    const status = facts.health();
    const well = Object.values(status).every(({ ok }) => ok);
    return json(status, undefined, well ? 200 : 500);
  };
  const members = () => ({
    ServerName: facts.self()['name'] ?? '',
    ServerRegion: facts.region,
    ServerDC: '',
    Members: facts.members(),
  });
  return [
    { path: '/v1/agent/self', methods: { GET: () => json(facts.self()) } },
    { path: '/v1/agent/members', methods: { GET: () => json(members()) } },
    { path: '/v1/agent/health', methods: { GET: health } },
    { path: '/v1/agent/servers', methods: { GET: () => json(facts.peers()) } },
    { path: '/v1/status/leader', methods: { GET: () => json(facts.leader()) } },
    { path: '/v1/status/peers', methods: { GET: () => json(facts.peers()) } },
    { path: '/v1/regions', methods: { GET: () => json([facts.region], readHeaders(1)) } },
  ];
}
