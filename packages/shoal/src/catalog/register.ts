import { isDeepStrictEqual } from 'node:util';
import type { CatalogCheckRow, CatalogNodeRow, CatalogServiceRow } from '../state/rows.ts';
import { catalogKey, type Tables } from '../state/tables.ts';
import type { Op, Precondition, Value } from '../store/contract.ts';
import type { Planned } from './commit.ts';
import { removeNode } from './deregister.ts';
import { CatalogInvalidError } from './errors.ts';
import { CONNECT_PROXY, meshFault } from './mesh/faults.ts';
import { metaFault } from './meta-fault.ts';
import {
  type CatalogRegistration,
  type CheckEntry,
  type CheckRegistrationBody,
  DEFAULT_WEIGHTS,
  isCheckStatus,
  type NodeEntry,
  type NodeRegistrationBody,
  type ServiceEntryRow,
  type ServiceRegistrationBody,
} from './registration.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * The writes of a registration. What is there already as it should be is not written again: an identical registration changes no index.
 * Throws CatalogInvalidError.
 */
export function planRegister(tables: Tables, registration: CatalogRegistration, datacenter: string): Planned<void> {
  validate(registration);
  const writes = new Writes(tables);
  const nodeKey = registration.Node.toLowerCase();
  const known = tables.catalogNodes.get(nodeKey);
  const node = known?.Node ?? registration.Node;
  if (!known || !registration.SkipNodeUpdate) putNode(writes, tables, nodeEntry(registration, node, datacenter), known);
  const service = registration.Service && serviceEntry(registration.Service, node);
  if (service) putService(writes, tables, service);
  for (const check of registration.Checks) {
    const entry = checkEntry((id) => serviceOf(tables, id, node, service), check, node);
    writes.put('catalogChecks', catalogKey(node, entry.CheckID), entry);
  }
  return { txn: writes.txn(), result: undefined };
}

/** Throws CatalogInvalidError. */
export function validateNode({ Node, Address, ID }: NodeRegistrationBody, needsAddress = true): void {
  if (Node === '') throw new CatalogInvalidError('Must provide node');
  // Rows are keyed `node/id`.
  if (Node.includes('/')) throw new CatalogInvalidError(`Node name "${Node}" must not contain a slash`);
  if (Address === '' && needsAddress)
    throw new CatalogInvalidError('Must provide address if SkipNodeUpdate is not set');
  if (ID !== '' && !UUID.test(ID)) throw new CatalogInvalidError(`Bad node ID: "${ID}" is not a UUID`);
}

function validate(registration: CatalogRegistration): void {
  const { Node, SkipNodeUpdate, Service, Checks } = registration;
  validateNode(registration, !SkipNodeUpdate);
  if (Service) validateService(Service, Node);
  for (const check of Checks) {
    if (check.CheckID === '' && check.Name === '') throw new CatalogInvalidError('Must provide check ID or name');
    if (check.Node !== '' && check.Node.toLowerCase() !== Node.toLowerCase())
      throw new CatalogInvalidError(`check node "${check.Node}" does not match node "${Node}"`);
  }
}

/** Throws CatalogInvalidError. */
function validateService(service: ServiceRegistrationBody, node: string): void {
  if (service.Service === '')
    throw new CatalogInvalidError(
      service.ID === '' ? 'Must provide a service name' : 'Must provide service name with ID',
    );
  const meta = metaFault(service.Meta);
  if (meta)
    throw new CatalogInvalidError(
      `failed inserting service: Invalid Service Meta for node ${node} and serviceID ${service.ID || service.Service}: ${meta}`,
    );
  // What gateways need is asked of agents alone, as by Consul.
  const fault = service.Kind === CONNECT_PROXY ? meshFault(service) : undefined;
  if (fault) throw new CatalogInvalidError(fault);
}

export function nodeEntry(given: NodeRegistrationBody, name: string, datacenter: string): NodeEntry {
  return {
    ID: given.ID,
    Node: name,
    Address: given.Address,
    Datacenter: datacenter,
    TaggedAddresses: orNull(given.TaggedAddresses),
    Meta: orNull(given.NodeMeta),
  };
}

/** A node that comes under a new name with its old id is renamed: what was registered under the old name goes. */
function putNode(writes: Writes, tables: Tables, node: NodeEntry, known: CatalogNodeRow | undefined): void {
  if (known && known.ID !== '' && node.ID !== '' && known.ID !== node.ID && isAlive(tables, known))
    throw new CatalogInvalidError(
      `Node name ${node.Node} is reserved by node ${known.ID} (${known.Address}): give this node another name, or deregister that one`,
    );
  for (const other of tables.catalogNodes.by('id', node.ID))
    if (node.ID !== '' && other.Node.toLowerCase() !== node.Node.toLowerCase())
      for (const op of removeNode(tables, other.Node)) writes.add(op);
  writes.put('catalogNodes', node.Node.toLowerCase(), node);
}

/** A name may be taken over from a node whose agent is gone. */
function isAlive(tables: Tables, node: CatalogNodeRow): boolean {
  const health = tables.catalogChecks.get(catalogKey(node.Node, 'serfHealth'));
  return health !== undefined && health.Status !== 'critical';
}

export function serviceEntry(given: ServiceRegistrationBody, node: string): ServiceEntryRow | undefined {
  if (given.Service === '') return undefined;
  const { TaggedAddresses } = given;
  return {
    Node: node,
    ServiceID: given.ID || given.Service,
    ServiceName: given.Service,
    ServiceKind: given.Kind,
    ServiceTags: given.Tags,
    ServiceAddress: given.Address,
    ...(Object.keys(TaggedAddresses).length > 0 && { ServiceTaggedAddresses: TaggedAddresses }),
    ServiceWeights: given.Weights ?? DEFAULT_WEIGHTS,
    ServiceMeta: given.Meta,
    ServicePort: given.Port,
    ServiceEnableTagOverride: given.EnableTagOverride,
    ...(given.SocketPath && { ServiceSocketPath: given.SocketPath }),
    ...(given.Proxy && { ServiceProxy: given.Proxy }),
    ...(given.Native && { ServiceNative: true }),
  };
}

/** A service's checks repeat its name and tags, so they follow when those change. */
function putService(writes: Writes, tables: Tables, service: ServiceEntryRow): void {
  writes.put('catalogServices', catalogKey(service.Node, service.ServiceID), service);
  for (const check of tables.catalogChecks.by('service', catalogKey(service.Node, service.ServiceID))) {
    const { CreateIndex: _, ModifyIndex: __, ...entry } = check;
    const follow = { ...entry, ServiceName: service.ServiceName, ServiceTags: service.ServiceTags };
    writes.put('catalogChecks', catalogKey(check.Node, check.CheckID), follow);
  }
}

/** The service of that id on the check's node. */
export type CheckSource = (serviceId: string) => ServiceEntryRow | undefined;

/** Throws CatalogInvalidError when the check is one of a service that is not there. */
export function checkEntry(serviceById: CheckSource, given: CheckRegistrationBody, node: string): CheckEntry {
  const service = given.ServiceID === '' ? undefined : serviceById(given.ServiceID);
  if (given.ServiceID !== '' && !service)
    throw new CatalogInvalidError(
      `failed inserting check: Missing service registration on node ${JSON.stringify(node)}`,
    );
  return {
    Node: node,
    CheckID: given.CheckID || given.Name,
    Name: given.Name,
    Status: isCheckStatus(given.Status) ? given.Status : 'critical',
    Notes: given.Notes,
    Output: given.Output,
    ServiceID: given.ServiceID,
    ServiceName: service?.ServiceName ?? '',
    ServiceTags: service?.ServiceTags ?? [],
    Type: given.Type || typeOf(given.Definition),
    Definition: given.Definition,
  };
}

/** A check that names what it looks at is of that type. */
function typeOf({ HTTP, TCP }: Readonly<Record<string, unknown>>): string {
  if (typeof HTTP === 'string' && HTTP !== '') return 'http';
  return typeof TCP === 'string' && TCP !== '' ? 'tcp' : '';
}

function serviceOf(tables: Tables, id: string, node: string, registered: ServiceEntryRow | undefined) {
  return registered?.ServiceID === id ? registered : tables.catalogServices.get(catalogKey(node, id));
}

type Entries = { catalogNodes: NodeEntry; catalogServices: ServiceEntryRow; catalogChecks: CheckEntry };
type Rows = { catalogNodes: CatalogNodeRow; catalogServices: CatalogServiceRow; catalogChecks: CatalogCheckRow };

/** Collects what differs from the tables; the last word on a key counts. */
class Writes {
  readonly #tables: Tables;
  readonly #ops = new Map<string, Op>();
  readonly #require = new Map<string, Precondition>();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  put<T extends keyof Entries>(table: T, key: string, entry: Entries[T]): void {
    const row = this.#tables[table].get(key);
    const id = `${table}/${key}`;
    this.#require.set(id, { table, key, modifyIndex: row?.ModifyIndex ?? 0 });
    if (row && sameEntry(row as Rows[T], entry)) this.#ops.delete(id);
    else this.#ops.set(id, { kind: 'put', table, key, value: entry as Value });
  }

  add(op: Op): void {
    this.#ops.set(`${op.table}/${op.key}`, op);
  }

  txn() {
    return { ops: [...this.#ops.values()], require: [...this.#require.values()] };
  }
}

/** Whether a row already says what the entry says. */
export function sameEntry(row: Rows[keyof Rows], entry: Entries[keyof Entries]): boolean {
  const { CreateIndex: _, ModifyIndex: __, ...held } = row;
  return isDeepStrictEqual(held, entry);
}

function orNull(map: Readonly<Record<string, string>>): Record<string, string> | null {
  return Object.keys(map).length === 0 ? null : { ...map };
}
