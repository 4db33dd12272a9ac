/**
 * What a source hands over for each kind of dependency: the answers of Consul's and Nomad's HTTP APIs, in their own field names
 * (https://developer.hashicorp.com/consul/api-docs). `undefined`: there is no such thing.
 */
export type Answers = {
  'kv.get': KVAnswer | undefined;
  'kv.block': KVAnswer | undefined;
  'kv.list': readonly KVAnswer[];
  'health.service': readonly HealthAnswer[];
  'catalog.services': Readonly<Record<string, readonly string[] | null>>;
  'catalog.nodes': readonly NodeAnswer[];
  'catalog.node': CatalogNodeAnswer | undefined;
  'catalog.datacenters': readonly string[];
  /** The file's text. */
  file: string;
  'nomad.services': readonly NomadServiceList[];
  'nomad.service': readonly NomadServiceAnswer[];
  'nomad.var.get': NomadVariableAnswer | undefined;
  'nomad.var.block': NomadVariableAnswer | undefined;
  /** Without their items. */
  'nomad.var.list': readonly NomadVariableAnswer[];
};

/** `GET /v1/kv/:key`. `Value` is base64; integers may come as bigint, to be exact. */
export type KVAnswer = {
  readonly Key: string;
  readonly Value: string | null;
  readonly Flags: number | bigint;
  readonly LockIndex: number;
  readonly Session?: string;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
};

type TextMap = Readonly<Record<string, string>> | null | undefined;

/** `GET /v1/catalog/nodes` */
export type NodeAnswer = {
  readonly ID: string;
  readonly Node: string;
  readonly Address: string;
  readonly Datacenter: string;
  readonly TaggedAddresses?: TextMap;
  readonly Meta?: TextMap;
};

/** `GET /v1/catalog/node/:node` */
export type CatalogNodeAnswer = {
  readonly Node: NodeAnswer;
  readonly Services: Readonly<Record<string, ServiceAnswer>> | null;
};

export type ServiceAnswer = {
  readonly ID: string;
  readonly Service: string;
  readonly Tags: readonly string[] | null;
  readonly Meta?: TextMap;
  readonly Port: number;
  readonly Address: string;
  readonly EnableTagOverride?: boolean;
  readonly Weights?: { readonly Passing: number; readonly Warning: number };
  readonly TaggedAddresses?: Readonly<Record<string, unknown>> | null;
};

export type CheckAnswer = {
  readonly Node: string;
  readonly CheckID: string;
  readonly Name: string;
  readonly Status: string;
  readonly Notes: string;
  readonly Output: string;
  readonly ServiceID: string;
  readonly ServiceName: string;
  readonly ServiceTags?: readonly string[] | null;
  readonly Type?: string;
};

/** `GET /v1/health/service/:service` */
export type HealthAnswer = {
  readonly Node: NodeAnswer;
  readonly Service: ServiceAnswer;
  readonly Checks: readonly CheckAnswer[] | null;
};

/** `GET /v1/var/:path` of Nomad */
export type NomadVariableAnswer = {
  readonly Namespace: string;
  readonly Path: string;
  readonly Items?: Readonly<Record<string, string>>;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
  readonly CreateTime?: number;
  readonly ModifyTime?: number;
};

/** `GET /v1/services` of Nomad */
export type NomadServiceList = {
  readonly Namespace: string;
  readonly Services: readonly { readonly ServiceName: string; readonly Tags: readonly string[] | null }[];
};

/** `GET /v1/service/:name` of Nomad */
export type NomadServiceAnswer = {
  readonly ID: string;
  readonly ServiceName: string;
  readonly Address: string;
  readonly Port: number;
  readonly Tags: readonly string[] | null;
  readonly JobID: string;
  readonly AllocID: string;
  readonly NodeID: string;
  readonly Datacenter: string;
  readonly Namespace: string;
};
