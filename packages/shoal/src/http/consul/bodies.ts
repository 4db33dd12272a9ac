import { isDeepStrictEqual } from 'node:util';
import type { CatalogDeregistration } from '../../catalog/deregister.ts';
import type {
  CatalogRegistration,
  CheckRegistrationBody,
  ServiceRegistrationBody,
} from '../../catalog/registration.ts';
import type { CheckRequest, ServiceRequest } from '../../catalog/registry/validate.ts';
import type { PreparedQueryRow } from '../../state/rows.ts';
import {
  anything,
  boolean,
  type Decode,
  type Decoded,
  duration,
  integer,
  list,
  map,
  optional,
  ShapeError,
  string,
  struct,
} from '../shared/shape.ts';
import { connectBody, proxyBody } from './mesh-body.ts';

/** Shapes of the bodies of Consul's API, as documented for each endpoint. */
export const DECODE_FAILED = 'Request decode failed: ';

const strict = { strict: true };
/** Of the places that only Consul Enterprise has, the one that everything is in may be named. */
const defaultOnly =
  (what: string): Decode<string> =>
  (value, field) => {
    const name = string(value, field);
    if (name !== '' && name.toLowerCase() !== 'default')
      throw new ShapeError(`${field} ${JSON.stringify(name)}: ${what} are a Consul Enterprise feature`);
    return name;
  };
const weights = struct({ Passing: integer, Warning: integer });
const taggedServiceAddresses = map(struct({ Address: string, Port: integer }));

const agentCheckFields = {
  ID: string,
  CheckID: string,
  Name: string,
  Notes: string,
  ServiceID: string,
  Status: string,
  Interval: duration,
  Timeout: duration,
  TTL: duration,
  HTTP: string,
  Header: map(list(string)),
  Method: string,
  Body: string,
  DisableRedirects: boolean,
  TCP: string,
  TCPUseTLS: boolean,
  UDP: string,
  H2PING: string,
  H2PingUseTLS: optional(boolean),
  OSService: string,
  TLSServerName: string,
  TLSSkipVerify: boolean,
  AliasService: string,
  AliasNode: string,
  GRPC: string,
  GRPCUseTLS: boolean,
  Args: list(string),
  ScriptArgs: list(string),
  Shell: string,
  DockerContainerID: string,
  OutputMaxSize: integer,
  SuccessBeforePassing: integer,
  FailuresBeforeWarning: integer,
  FailuresBeforeCritical: integer,
  DeregisterCriticalServiceAfter: duration,
  Token: string,
};

export const agentCheckBody: Decode<CheckRequest> = struct(agentCheckFields, strict);

const agentServiceBody = struct(
  {
    Kind: string,
    ID: string,
    Name: string,
    Tags: list(string),
    Address: string,
    TaggedAddresses: taggedServiceAddresses,
    Meta: map(string),
    Port: integer,
    Check: optional(agentCheckBody),
    Checks: list(agentCheckBody),
    Weights: optional(weights),
    EnableTagOverride: boolean,
    SocketPath: string,
    Proxy: proxyBody,
    Connect: connectBody,
    Token: string,
    Namespace: defaultOnly('Namespaces'),
    Partition: defaultOnly('Partitions'),
  },
  strict,
);

const NO_CHECK = agentCheckBody({}, '');

/** `Check` and `Checks` are one list; a `Check` that says nothing is none. */
export const agentServiceRequest: Decode<ServiceRequest> = (value, field) => {
  const { Check, Checks, Connect, ...service } = agentServiceBody(value, field);
  const single = Check && !isDeepStrictEqual(Check, NO_CHECK) ? [Check] : [];
  return { ...service, Native: Connect.Native, Checks: [...single, ...Checks] };
};

export const checkUpdateBody = struct({ Status: string, Output: string }, strict);

/** Fields of answers and of Consul Enterprise that clients send back as they came. */
const STAMPS = ['CreateIndex', 'ModifyIndex', 'Namespace', 'Partition', 'PeerName'];

export const catalogCheckBody: Decode<CheckRegistrationBody> = struct(
  {
    Node: string,
    CheckID: string,
    Name: string,
    Status: string,
    Notes: string,
    Output: string,
    ServiceID: string,
    Type: string,
    Definition: map(anything),
  },
  { strict: true, ignored: [...STAMPS, 'ServiceName', 'ServiceTags', 'ExposedPort', 'Interval', 'Timeout'] },
);

const catalogServiceFields = struct(
  {
    Kind: string,
    ID: string,
    Service: string,
    Tags: list(string),
    Address: string,
    TaggedAddresses: taggedServiceAddresses,
    Meta: map(string),
    Port: integer,
    SocketPath: string,
    Weights: optional(weights),
    EnableTagOverride: boolean,
    Proxy: proxyBody,
    Connect: connectBody,
  },
  { strict: true, ignored: [...STAMPS, 'ContentHash', 'Datacenter', 'Locality'] },
);

export const catalogServiceBody: Decode<ServiceRegistrationBody> = (value, field) => {
  const { Connect, ...service } = catalogServiceFields(value, field);
  return { ...service, Native: Connect.Native };
};

const catalogRegisterBody = struct(
  {
    ID: string,
    Node: string,
    Address: string,
    Datacenter: string,
    TaggedAddresses: map(string),
    NodeMeta: map(string),
    SkipNodeUpdate: boolean,
    Service: optional(catalogServiceBody),
    Check: optional(catalogCheckBody),
    Checks: list(catalogCheckBody),
  },
  { strict: true, ignored: [...STAMPS, 'Locality', 'Token'] },
);

export type CatalogRegisterRequest = CatalogRegistration & { readonly Datacenter: string };

export const catalogRegisterRequest: Decode<CatalogRegisterRequest> = (value, field) => {
  const { Check, Checks, ...rest } = catalogRegisterBody(value, field);
  return { ...rest, Checks: Check ? [...Checks, Check] : Checks };
};

export const catalogDeregisterRequest: Decode<CatalogDeregistration & { readonly Datacenter: string }> = struct(
  { Node: string, ServiceID: string, CheckID: string, Datacenter: string },
  { strict: true, ignored: [...STAMPS, 'Address', 'Token'] },
);

/** Nanoseconds. Numbers that would be less than a microsecond are meant as seconds. */
const lockDelay: Decode<number> = (value, field) => {
  const nanoseconds = duration(value, field);
  return nanoseconds < 1000 ? nanoseconds * 1e9 : nanoseconds;
};

export const sessionBody = struct({
  Name: string,
  Node: optional(string),
  LockDelay: optional(lockDelay),
  Behavior: string,
  TTL: string,
  Checks: optional(list(string)),
  NodeChecks: optional(list(string)),
  ServiceChecks: optional(list(struct({ ID: string, Namespace: string }))),
});
export type SessionBody = Decoded<typeof sessionBody>;

const nullable = <T>(decode: Decode<T>): Decode<T | null> => {
  const given = optional(decode);
  return (value, field) => given(value, field) ?? null;
};

const failoverBody = struct({
  NearestN: integer,
  Datacenters: nullable(list(string)),
  Targets: list(struct({ Datacenter: string, Peer: string, Partition: string, Namespace: string })),
});
const failover: Decode<PreparedQueryRow['Service']['Failover']> = (value, field) => {
  const { Targets, ...rest } = failoverBody(value, field);
  return Targets.length > 0 ? { ...rest, Targets } : rest;
};

export const queryBody = struct(
  {
    ID: string,
    Name: string,
    Session: string,
    Token: string,
    Template: struct({ Type: string, Regexp: string, RemoveEmptyTags: boolean }, strict),
    Service: struct(
      {
        Service: string,
        Failover: failover,
        OnlyPassing: boolean,
        IgnoreCheckIDs: nullable(list(string)),
        Near: string,
        Tags: nullable(list(string)),
        NodeMeta: nullable(map(string)),
        ServiceMeta: nullable(map(string)),
        Connect: boolean,
      },
      { strict: true, ignored: [...STAMPS, 'Peer', 'SamenessGroup'] },
    ),
    DNS: struct({ TTL: string }, strict),
  },
  { strict: true, ignored: STAMPS },
);

const number: Decode<number> = (value, field) => {
  if (value === undefined || value === null) return 0;
  if (typeof value !== 'number')
    throw new ShapeError(`json: cannot unmarshal ${typeof value} into field ${field} of type float64`);
  return value;
};

export const coordinateBody = struct(
  {
    Node: string,
    Segment: string,
    Coord: struct({ Vec: list(number), Error: number, Adjustment: number, Height: number }, strict),
  },
  { strict: true, ignored: [...STAMPS, 'Datacenter', 'Token'] },
);
