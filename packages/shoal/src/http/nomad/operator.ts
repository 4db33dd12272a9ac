import { SCHEDULER_SETTINGS_KEY, type SchedulerSettings, schedulerSettings } from '../../server/scheduler-config.ts';
import { empty, json, text } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { BadRequestError } from '../shared/errors.ts';
import { decodeBody } from '../shared/json-body.ts';
import type { ApiRequest } from '../shared/request.ts';
import { boolean, optional, string, struct } from '../shared/shape.ts';
import type { AgentFacts } from './agent.ts';
import { type NomadDeps, reading, readMeta } from './context.ts';

/** `/v1/operator/…` and the enterprise's endpoints. There is one server, so raft and autopilot have little to say. */
export function operatorEndpoints(deps: NomadDeps & { readonly agent: AgentFacts }): Endpoint[] {
  const servers = () => json({ Servers: [raftServer(deps.agent)], Index: 0 });
  // Nomad has no words for this one.
  const notAllowed = () => empty(405);
  const unknown = () => text(404, 'Invalid method');
  const autopilot = () => json({ ...AUTOPILOT, CreateIndex: 0, ModifyIndex: 0 });
  return [
    {
      path: '/v1/operator/raft/configuration',
      methods: { GET: servers, PUT: notAllowed, POST: notAllowed, DELETE: notAllowed },
    },
    { path: '/v1/operator/raft/peer', methods: { DELETE: (request) => removePeer(deps.agent, request) } },
    { path: '/v1/operator/raft/*', methods: { GET: unknown, PUT: unknown, POST: unknown, DELETE: unknown } },
    { path: '/v1/operator/autopilot/configuration', methods: { GET: autopilot } },
    { path: '/v1/operator/autopilot/health', methods: { GET: () => json(health(deps.agent)) } },
    { path: '/v1/operator/scheduler/configuration', methods: schedulerConfiguration(deps) },
  ];
}

function raftServer({ serverName, leader }: AgentFacts) {
  return { ID: leader(), Node: serverName, Address: leader(), Leader: true, Voter: true, RaftProtocol: '2' };
}

function removePeer(agent: AgentFacts, { query }: ApiRequest) {
  const [id, address] = [query.get('id') ?? '', query.get('address') ?? ''];
  if ((id === '') === (address === ''))
    throw new BadRequestError(
      id === ''
        ? "Must specify either ?id with the server's ID or ?address with IP:port of peer to remove"
        : 'Must specify only one of ?id or ?address',
    );
  const peer = id === '' ? `address ${JSON.stringify(address)}` : `id ${JSON.stringify(id)}`;
  const isOwn = (id || address) === agent.leader();
  return text(500, isOwn ? `${peer} is the only server` : `${peer} was not found in the Raft configuration`);
}

/** Nomad's defaults. With a single server none of them has an effect. */
const AUTOPILOT = {
  CleanupDeadServers: true,
  LastContactThreshold: '200ms',
  MaxTrailingLogs: 250,
  MinQuorum: 0,
  ServerStabilizationTime: '10s',
  EnableRedundancyZones: false,
  DisableUpgradeMigration: false,
  EnableCustomUpgrades: false,
};

function health({ serverName, leader }: AgentFacts) {
  const server = { ID: leader(), Name: serverName, Address: leader(), Leader: true, Voter: true, Healthy: true };
  return { Healthy: true, FailureTolerance: 0, Servers: [{ ...server, SerfStatus: 'alive', LastContact: '0ms' }] };
}

const schedulerBody = struct({
  SchedulerAlgorithm: string,
  PreemptionConfig: optional(
    struct({
      SystemSchedulerEnabled: boolean,
      SysBatchSchedulerEnabled: boolean,
      BatchSchedulerEnabled: boolean,
      ServiceSchedulerEnabled: boolean,
    }),
  ),
  MemoryOversubscriptionEnabled: boolean,
  RejectJobRegistration: boolean,
  PauseEvalBroker: boolean,
});

function schedulerConfiguration(deps: NomadDeps): Endpoint['methods'] {
  const read = reading(deps, (reading) => {
    reading.get(deps.state.tables.meta, SCHEDULER_SETTINGS_KEY);
    return { SchedulerConfig: schedulerSettings(deps.state.tables), ...readMeta(reading) };
  });
  const write = async (request: ApiRequest) => {
    const settings = settingsOf(request);
    const { index, updated } = await deps.server.configureScheduler(settings, casOf(request.query.get('cas')));
    return json({ Updated: updated, Index: index }, { 'x-nomad-index': String(index) });
  };
  return { GET: read, PUT: write, POST: write };
}

/** What the body does not have is set back, as in Nomad; only the algorithm keeps its value then. */
function settingsOf(request: ApiRequest): Partial<SchedulerSettings> {
  const body = decodeBody(request.body, schedulerBody, 'Error parsing scheduler config: ');
  const { SchedulerAlgorithm: algorithm, PreemptionConfig, ...rest } = body;
  if (algorithm !== '' && algorithm !== 'binpack' && algorithm !== 'spread')
    throw new BadRequestError(`invalid scheduler algorithm: ${algorithm}`);
  return {
    ...rest,
    ...(PreemptionConfig && { PreemptionConfig }),
    ...(algorithm !== '' && { SchedulerAlgorithm: algorithm }),
  };
}

function casOf(value: string | null): number | undefined {
  if (value === null || value === '') return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  throw new BadRequestError(
    `Error parsing cas value: strconv.ParseUint: parsing ${JSON.stringify(value)}: invalid syntax`,
  );
}
