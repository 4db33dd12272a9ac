/**
 * The part of the catalog that DNS reads. The catalog implements it from its tables; everything in it is plain, immutable data, so that DNS can
 * move to a process of its own. An implementation never changes an object that it gave out, and `service` and `node` give the same one again while
 * nothing of it changed (or nothing again, while there is nothing): DNS sends encoded answers again as long as that is so.
 */
export type CatalogView = {
  /** The datacenter of this agent, in lower case. */
  readonly datacenter: string;
  /** All instances of a service, critical ones too (DNS hides them by its settings). `name` is in lower case. Undefined when there is none. */
  service(name: string): readonly ViewInstance[] | undefined;
  /** The node of that name, compared without case. `name` is in lower case and may contain dots. */
  node(name: string): ViewNode | undefined;
  /** The node whose own address is `address`: canonical text, as RFC 5952 writes it for IPv6. Serves PTR questions. */
  nodeAt(address: string): ViewNode | undefined;
  /** An instance that was registered with this address of its own. Same text form as for `nodeAt`. */
  instanceAt(address: string): ViewInstance | undefined;
  /** Tells after each applied change which services and nodes read differently now. Returns the function that ends the subscription. */
  onChange(listener: (change: ViewChange) => void): () => void;
};

/** Names in lower case. A change to a node or to one of its checks also names the services that have instances on it. */
export type ViewChange = { readonly services: readonly string[]; readonly nodes: readonly string[] };

export type ViewNode = {
  /** As registered: the case is kept. */
  readonly name: string;
  /** An IP address, or a host name for external nodes. */
  readonly address: string;
  readonly meta: Readonly<Record<string, string>>;
};

export type ViewInstance = {
  /** Service id, unique on its node. */
  readonly id: string;
  /** Service name as registered. */
  readonly name: string;
  readonly node: ViewNode;
  /** The service's own address (IP or host name); empty when it has none and the node's address counts. */
  readonly address: string;
  /** The address that stands for the whole service, as a balancer before it has; undefined when none was registered. */
  readonly virtualAddress?: string;
  readonly port: number;
  readonly tags: readonly string[];
  readonly weights: { readonly passing: number; readonly warning: number };
  /** The worst of the node's and the instance's checks; maintenance is critical. */
  readonly health: 'passing' | 'warning' | 'critical';
  /** Highest index that touched the instance. */
  readonly modifyIndex: number;
};

/** Prepared queries, by a name in lower case. Undefined when no query has it. */
export type QueryView = { query(name: string): FoundQuery | Coming | undefined };

/** It is being fetched. Resolves when it is here or cannot be had; whoever looks again then is told. */
export type Coming = { readonly coming: Promise<void> };

/** What there is in another datacenter, as far as it is known here; undefined when there is no such thing. */
export type Looked<T> = { readonly value: T | undefined } | Coming | 'unreachable';

/** Another datacenter as DNS reads it. Names are in lower case. */
export type RemoteView = {
  readonly datacenter: string;
  service(name: string): Looked<readonly ViewInstance[]>;
  /** Through what a service is reached in a mesh. */
  connect(name: string): Looked<readonly ViewInstance[]>;
  ingress(name: string): Looked<readonly ViewInstance[]>;
  node(name: string): Looked<ViewNode>;
  query(name: string): Looked<FoundQuery>;
};

/** Through what services are reached in a mesh, by a name in lower case: `NAME.connect` and `NAME.ingress`. */
export type MeshView = Readonly<Record<'connect' | 'ingress', (name: string) => readonly ViewInstance[]>>;

export type FoundQuery = {
  /** Name of the service that is looked for, in lower case. */
  readonly service: string;
  /** Where they are, in lower case, when it is another datacenter. */
  readonly datacenter?: string;
  /** Those that the query lets through, critical ones left out. */
  readonly instances: readonly ViewInstance[];
  /** Seconds; undefined: that of the service. */
  readonly ttl: number | undefined;
  /** The query gives the order: it is not shuffled. */
  readonly isOrdered: boolean;
};
