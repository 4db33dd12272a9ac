/** What an agent says of itself while it lives. */
export type AgentHello = {
  readonly nodeId: string;
  readonly name: string;
  readonly address: string;
  readonly datacenter: string;
  readonly region: string;
  readonly version: string;
};

export type AliveAnswer = {
  /** How long the servers wait for the next word of this agent. */
  readonly ttlMs: number;
  /** `host:port` of the agents' port of all servers. */
  readonly servers: readonly string[];
};

export type JoinRequest = {
  readonly token: { readonly id: string; readonly secret: string };
  readonly nodeId: string;
  readonly name: string;
  /** PKCS #10, PEM. */
  readonly request: string;
};

/** `now`: the server's clock, milliseconds since 1970. Certificates are PEM. */
export type Certified = {
  readonly authority: string;
  readonly certificate: string;
  readonly servers: readonly string[];
  readonly now: number;
};

/** One line of the catalog's change feed; what it means is the catalog's business. */
export type FeedSink = {
  write(line: string): void;
  /** Bytes that the reader has not taken yet. */
  readonly buffered: number;
  /** Resolves when the reader has taken what was written. */
  drained(): Promise<void>;
};

/**
 * What a server does for every agent of the cluster, whatever its roles; `agent/cluster/` implements it, `listener.ts` serves it. Refusals are
 * thrown as RequestRefusedError.
 */
export type AgentRequests = {
  /** The certificate of the authority, PEM. Anybody may have it. */
  authority(): string;
  join(request: JoinRequest): Promise<Certified>;
  /** A new certificate for a node that has one. */
  certify(nodeId: string, request: string): Promise<Certified>;
  alive(agent: AgentHello): Promise<AliveAnswer>;
  /** The agent goes for good: what runs there is placed elsewhere. */
  leave(agent: AgentHello): Promise<void>;
  /** Up to where the catalog is written. */
  catalogIndex(): number;
  readCatalog(node: string, scope: unknown): Promise<unknown>;
  writeCatalog(nodeId: string, node: string, change: unknown): Promise<{ index: number }>;
  /** Writes lines until the signal fires. */
  followCatalog(after: unknown, sink: FeedSink, signal: AbortSignal): Promise<void>;
};
