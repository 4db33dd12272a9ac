import { addressText, parseAddress } from '../dns/address.ts';
import type { CatalogView, ViewChange, ViewInstance, ViewNode } from '../dns/view.ts';
import type { CatalogCheckRow, CatalogNodeRow, CatalogServiceRow } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import { catalogKey } from '../state/tables.ts';
import type { Change } from '../store/contract.ts';
import { worstStatus } from './health.ts';

/** What DNS reads of the catalog, from the state of this server. Composed on demand and kept until something of it changes. */
export function createCatalogView(state: State, datacenter: string): CatalogView & { close(): void } {
  return new StateView(state, datacenter);
}

class StateView implements CatalogView {
  readonly datacenter: string;
  readonly #state: State;
  readonly #end: () => void;
  readonly #listeners = new Set<(change: ViewChange) => void>();
  readonly #services = new Map<string, readonly ViewInstance[] | undefined>();
  /** So that a row that did not change gives the same object again. */
  readonly #nodes = new WeakMap<CatalogNodeRow, ViewNode>();
  /** Canonical address → keys of rows with it. Kept by hand: a deletion names only the key. */
  readonly #nodesAt = new AddressBook();
  readonly #instancesAt = new AddressBook();
  /** Row key → service name in lower case, for the same reason. */
  readonly #nameOf = new Map<string, string>();
  /** Key of a check → key of its service; `node/` stands for the node. */
  readonly #serviceOf = new Map<string, string>();

  constructor(state: State, datacenter: string) {
    this.#state = state;
    this.datacenter = datacenter.toLowerCase();
    for (const change of state.snapshot()) this.#learn(change);
    this.#end = state.follow((set) => this.#apply(set.changes));
  }

  close(): void {
    this.#end();
    this.#listeners.clear();
  }

  service(name: string): readonly ViewInstance[] | undefined {
    if (this.#services.has(name)) return this.#services.get(name);
    const composed = this.#compose(name);
    // Names that do not exist are not kept: anybody can ask for any number of them.
    if (composed) this.#services.set(name, composed);
    return composed;
  }

  node(name: string): ViewNode | undefined {
    const row = this.#state.tables.catalogNodes.get(name);
    return row && this.#node(row);
  }

  nodeAt(address: string): ViewNode | undefined {
    const key = this.#nodesAt.first(address);
    return key === undefined ? undefined : this.node(key);
  }

  instanceAt(address: string): ViewInstance | undefined {
    const key = this.#instancesAt.first(address);
    const row = key === undefined ? undefined : this.#state.tables.catalogServices.get(key);
    return row && this.#instance(row);
  }

  onChange(listener: (change: ViewChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #compose(name: string): readonly ViewInstance[] | undefined {
    const rows = [...this.#state.tables.catalogServices.by('name', name)];
    const instances = rows.flatMap((row) => this.#instance(row) ?? []);
    return instances.length > 0 ? instances : undefined;
  }

  #instance(row: CatalogServiceRow): ViewInstance | undefined {
    const { catalogNodes, catalogChecks } = this.#state.tables;
    const node = catalogNodes.get(row.Node.toLowerCase());
    if (!node) return undefined;
    const checks = [
      ...catalogChecks.by('service', catalogKey(row.Node, '')),
      ...catalogChecks.by('service', catalogKey(row.Node, row.ServiceID)),
    ];
    return {
      id: row.ServiceID,
      name: row.ServiceName,
      node: this.#node(node),
      address: row.ServiceAddress,
      ...virtualAddress(row),
      port: row.ServicePort,
      tags: row.ServiceTags,
      weights: { passing: row.ServiceWeights.Passing, warning: row.ServiceWeights.Warning },
      health: worstStatus(checks),
      modifyIndex: Math.max(row.ModifyIndex, node.ModifyIndex, ...checks.map((check) => check.ModifyIndex)),
    };
  }

  #node(row: CatalogNodeRow): ViewNode {
    const known = this.#nodes.get(row);
    if (known) return known;
    const node = viewNode(row);
    this.#nodes.set(row, node);
    return node;
  }

  #apply(changes: readonly Change[]): void {
    const services = new Set<string>();
    const nodes = new Set<string>();
    for (const change of changes) this.#affected(change, services, nodes);
    if (services.size + nodes.size === 0) return;
    for (const name of services) this.#services.delete(name);
    const told = { services: [...services], nodes: [...nodes] };
    for (const listener of this.#listeners) listener(told);
  }

  #affected(change: Change, services: Set<string>, nodes: Set<string>): void {
    if (change.table === 'catalogServices') this.#serviceAffected(change, services);
    else if (change.table === 'catalogChecks') this.#checkAffected(change, services, nodes);
    else if (change.table === 'catalogNodes') {
      this.#learn(change);
      this.#nodeAffected(change.key, services, nodes);
    }
  }

  /** Under the name that it had, and under the one that it has now. */
  #serviceAffected(change: Change, services: Set<string>): void {
    const before = this.#nameOf.get(change.key);
    this.#learn(change);
    for (const name of [before, this.#nameOf.get(change.key)]) if (name !== undefined) services.add(name);
  }

  /** An instance's check speaks of its service alone, a node's check of every service on the node. */
  #checkAffected(change: Change, services: Set<string>, nodes: Set<string>): void {
    const before = this.#serviceOf.get(change.key);
    this.#learn(change);
    for (const service of new Set([before, this.#serviceOf.get(change.key)])) {
      const name = service === undefined ? undefined : this.#nameOf.get(service);
      if (name !== undefined) services.add(name);
      else if (service?.endsWith('/')) this.#nodeAffected(service.slice(0, -1), services, nodes);
    }
  }

  #nodeAffected(node: string, services: Set<string>, nodes: Set<string>): void {
    nodes.add(node);
    for (const row of this.#state.tables.catalogServices.by('node', node)) services.add(row.ServiceName.toLowerCase());
  }

  #learn({ table, key, value }: Change): void {
    if (table === 'catalogNodes') this.#nodesAt.set(key, (value as CatalogNodeRow | undefined)?.Address);
    else if (table === 'catalogServices') this.#learnService(key, value as CatalogServiceRow | undefined);
    else if (table === 'catalogChecks') {
      const row = value as CatalogCheckRow | undefined;
      if (row) this.#serviceOf.set(key, catalogKey(row.Node, row.ServiceID));
      else this.#serviceOf.delete(key);
    }
  }

  #learnService(key: string, row: CatalogServiceRow | undefined): void {
    this.#instancesAt.set(key, row?.ServiceAddress);
    if (row) this.#nameOf.set(key, row.ServiceName.toLowerCase());
    else this.#nameOf.delete(key);
  }
}

/** Consul's names for it: the second is what it gives to services of its mesh. */
function virtualAddress({ ServiceTaggedAddresses: tagged }: CatalogServiceRow): Pick<ViewInstance, 'virtualAddress'> {
  const found = tagged?.['virtual'] ?? tagged?.['consul-virtual'];
  return found ? { virtualAddress: found.Address } : {};
}

/** Which rows have an address. */
class AddressBook {
  readonly #keys = new Map<string, Set<string>>();
  readonly #addresses = new Map<string, string>();

  /** Undefined or no IP address: the row has none. */
  set(key: string, text: string | undefined): void {
    const address = text && canonical(text);
    const before = this.#addresses.get(key);
    if (before === address) return;
    if (before !== undefined) this.#forget(key, before);
    if (!address) return;
    this.#addresses.set(key, address);
    const keys = this.#keys.get(address) ?? new Set();
    this.#keys.set(address, keys.add(key));
  }

  first(address: string): string | undefined {
    return this.#keys.get(address)?.values().next().value;
  }

  #forget(key: string, address: string): void {
    this.#addresses.delete(key);
    const keys = this.#keys.get(address);
    keys?.delete(key);
    if (keys?.size === 0) this.#keys.delete(address);
  }
}

/** As answers have it: without a zone, IPv4 as such, IPv6 as RFC 5952 writes it. */
function canonical(text: string): string | undefined {
  const address = parseAddress(text);
  return address && addressText(address.bytes);
}

function viewNode(row: CatalogNodeRow): ViewNode {
  return { name: row.Node, address: row.Address, meta: row.Meta ?? {} };
}
