import type { MetaRow } from '../../state/rows.ts';
import { type Answer, json, text } from '../shared/answer.ts';
import type { Endpoint, Handler } from '../shared/api.ts';
import { BadRequestError } from '../shared/errors.ts';
import { decodeBody } from '../shared/json-body.ts';
import type { ApiRequest } from '../shared/request.ts';
import { boolean, type Decode, duration, integer, string, struct } from '../shared/shape.ts';
import type { ConsulApiDeps, Member } from './deps.ts';
import { casOf } from './params.ts';
import { answerRead, checkPlace, checkReadParams } from './reading.ts';

/** The servers as Consul's operators know them. There is no raft here: the protocol is the one that Consul's clients expect. */
export function operatorEndpoints(deps: ConsulApiDeps): Endpoint[] {
  return [
    { path: '/v1/operator/raft/configuration', methods: { GET: (request) => configured(deps, request) } },
    { path: '/v1/operator/raft/peer', methods: { DELETE: (request) => removePeer(deps, request) } },
    {
      path: '/v1/operator/autopilot/configuration',
      methods: { GET: (request) => autopilot(deps, request), PUT: (request) => setAutopilot(deps, request) },
    },
    { path: '/v1/operator/autopilot/health', methods: { GET: (request) => health(deps, request) } },
    { path: '/v1/operator/autopilot/state', methods: { GET: () => json(autopilotState(deps)) } },
    { path: '/v1/operator/keyring', methods: { GET: noKeyring, POST: noKeyring, PUT: noKeyring, DELETE: noKeyring } },
    { path: '/v1/operator/usage', methods: { GET: (request) => usage(deps, request) } },
  ];
}

function servers({ members }: ConsulApiDeps): Member[] {
  return members().filter(({ role }) => role === 'server');
}

const addressOf = ({ address, port }: Member) => `${address.includes(':') ? `[${address}]` : address}:${port}`;

function configured(deps: ConsulApiDeps, { query }: ApiRequest): Answer {
  checkReadParams(deps, query);
  return json(configuration(deps));
}

function configuration(deps: ConsulApiDeps) {
  return { Servers: servers(deps).map((member) => server(member, deps.leader())), Index: deps.state.index() };
}

function server(member: Member, leader: string) {
  const Address = addressOf(member);
  return { ID: member.id, Node: member.name, Address, Leader: Address === leader, ProtocolVersion: '3', Voter: true };
}

/** Servers come and go with their own configuration; one that is gone for good is forgotten with `force-leave`. */
function removePeer(deps: ConsulApiDeps, { query }: ApiRequest): Answer {
  const [id, address] = [query.get('id'), query.get('address')];
  if (id === null && address === null)
    throw new BadRequestError(
      "Bad request: Must specify either ?id with the server's ID or ?address with IP:port of peer to remove",
    );
  if (id !== null && address !== null)
    throw new BadRequestError('Bad request: Must specify only one of ?id or ?address');
  const found = servers(deps).find((member) => member.id === id || addressOf(member) === address);
  if (!found)
    return text(500, `${id !== null ? `id "${id}"` : `address "${address}"`} was not found in the Raft configuration`);
  return text(500, `${found.name} is a server of this cluster; let it leave, or force-leave it when it has failed`);
}

/** Consul's defaults. Without raft there is nothing to pilot: what is set is kept and shown. */
const AUTOPILOT = {
  CleanupDeadServers: true,
  LastContactThreshold: '200ms',
  MaxTrailingLogs: 250,
  MinQuorum: 0,
  ServerStabilizationTime: '10s',
  RedundancyZoneTag: '',
  DisableUpgradeMigration: false,
  UpgradeVersionTag: '',
};
const AUTOPILOT_KEY = 'autopilot';
const durationText: Decode<string> = (value, field) => {
  duration(value, field);
  return string(value, field);
};
const autopilotBody = struct(
  {
    CleanupDeadServers: boolean,
    LastContactThreshold: durationText,
    MaxTrailingLogs: integer,
    MinQuorum: integer,
    ServerStabilizationTime: durationText,
    RedundancyZoneTag: string,
    DisableUpgradeMigration: boolean,
    UpgradeVersionTag: string,
  },
  { strict: true, ignored: ['CreateIndex', 'ModifyIndex'] },
);

function autopilot(deps: ConsulApiDeps, request: ApiRequest): Promise<Answer> {
  return answerRead(deps, request, (read) => ({ ...UNSET, ...read.get(read.state.tables.meta, AUTOPILOT_KEY) }));
}

const UNSET: MetaRow = { ...AUTOPILOT, CreateIndex: 0, ModifyIndex: 0 };

async function setAutopilot(deps: ConsulApiDeps, { query, body }: ApiRequest): Promise<Answer> {
  checkPlace(deps, query);
  const value = decodeBody(body, autopilotBody, 'Bad request: Error parsing autopilot config: ');
  const cas = casOf(query);
  const require = cas === undefined ? [] : [{ table: 'meta', key: AUTOPILOT_KEY, modifyIndex: cas }];
  const { ok } = await deps.state.commit({ ops: [{ kind: 'put', table: 'meta', key: AUTOPILOT_KEY, value }], require });
  return json(ok);
}

/** 429 while a server is missing, as load balancers like it. */
function health(deps: ConsulApiDeps, { query }: ApiRequest): Answer {
  checkReadParams(deps, query);
  const found = servers(deps);
  const isHealthy = found.every(({ status }) => status === 'alive');
  const alive = found.filter(({ status }) => status === 'alive').length;
  const body = {
    Healthy: isHealthy,
    FailureTolerance: Math.max(0, alive - Math.floor(found.length / 2) - 1),
    Servers: found.map((member) => serverHealth(deps, member)),
  };
  return json(body, undefined, isHealthy ? 200 : 429);
}

function serverHealth({ leader, facts, state }: ConsulApiDeps, member: Member) {
  const Address = addressOf(member);
  return {
    ID: member.id,
    Name: member.name,
    Address,
    SerfStatus: member.status,
    Version: facts.version,
    Leader: Address === leader(),
    LastContact: '0s',
    LastTerm: 1,
    LastIndex: state.index(),
    Healthy: member.status === 'alive',
    Voter: true,
    StableSince: new Date(facts.startedAt).toISOString(),
  };
}

function autopilotState(deps: ConsulApiDeps) {
  const found = servers(deps);
  const alive = found.filter(({ status }) => status === 'alive').length;
  return {
    Healthy: alive === found.length,
    FailureTolerance: Math.max(0, alive - Math.floor(found.length / 2) - 1),
    OptimisticFailureTolerance: Math.max(0, alive - Math.floor(found.length / 2) - 1),
    Leader: found.find((member) => addressOf(member) === deps.leader())?.id ?? '',
    Voters: found.map(({ id }) => id),
    Servers: Object.fromEntries(
      found.map((member) => [member.id, { ...serverHealth(deps, member), Status: 'voter', NodeType: 'voter' }]),
    ),
  };
}

const noKeyring: Handler = () =>
  text(500, "There is no gossip keyring: agents talk over TLS with certificates of the cluster's own authority");

function usage(deps: ConsulApiDeps, request: ApiRequest): Promise<Answer> {
  return answerRead(deps, request, (read) => {
    const { catalogNodes, catalogServices } = read.state.tables;
    const instances = read.all(catalogServices);
    const own = {
      Services: new Set(instances.map(({ ServiceName }) => ServiceName)).size,
      ServiceInstances: instances.length,
      ConnectServiceInstances: {},
      BillableServiceInstances: instances.filter(({ ServiceName }) => ServiceName !== 'consul').length,
      Nodes: read.all(catalogNodes).length,
    };
    return { Usage: { [deps.facts.datacenter]: own }, Index: read.index, LastContact: 0, KnownLeader: true };
  });
}
