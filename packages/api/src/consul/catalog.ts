/** Rows and answers of Consul's catalog and health APIs (https://developer.hashicorp.com/consul/api-docs/catalog). */
export type CheckStatus = 'passing' | 'warning' | 'critical';

export type TaggedAddresses = Record<string, string>;
export type ServiceAddress = { Address: string; Port: number };
export type Weights = { Passing: number; Warning: number };

export type CatalogNode = {
  ID: string;
  Node: string;
  Address: string;
  Datacenter: string;
  TaggedAddresses: TaggedAddresses | null;
  Meta: Record<string, string> | null;
  CreateIndex: number;
  ModifyIndex: number;
};

/** A service instance as `health/service` and `agent/service` print it (`Service` and `ID` are the name and the instance's id). */
export type AgentService = {
  ID: string;
  Service: string;
  Tags: string[];
  Meta: Record<string, string> | null;
  Port: number;
  Address: string;
  TaggedAddresses?: Record<string, ServiceAddress>;
  Weights: Weights;
  EnableTagOverride: boolean;
  Kind?: string;
  CreateIndex?: number;
  ModifyIndex?: number;
  ContentHash?: string;
  Datacenter?: string;
};

export type HealthCheck = {
  Node: string;
  CheckID: string;
  Name: string;
  Status: CheckStatus;
  Notes: string;
  Output: string;
  ServiceID: string;
  ServiceName: string;
  ServiceTags: string[] | null;
  Type: string;
  Definition: Record<string, unknown>;
  CreateIndex: number;
  ModifyIndex: number;
};

export type ServiceEntry = { Node: CatalogNode; Service: AgentService; Checks: HealthCheck[] };

/** A node with its services by id, as `GET /v1/catalog/node/:node` shows it. */
export type NodeServices = { Node: CatalogNode; Services: Record<string, AgentService> | null };

/** An agent as `GET /v1/agent/members` shows it. `Status` is 1 alive, 2 leaving, 3 left, 4 failed. */
export type Member = {
  Name: string;
  Addr: string;
  Port: number;
  Tags: Record<string, string>;
  Status: number;
  ProtocolCur: number;
};
