import { parseDuration } from '../../duration.ts';
import type {
  CatalogCheckRow,
  CatalogNodeRow,
  CatalogServiceRow,
  ConfigEntryRow,
  KvRow,
  PreparedQueryRow,
  SessionRow,
} from '../../state/rows.ts';
import type { Change } from '../../store/contract.ts';
import { type Packed, type PackedMap, pack } from './msgpack.ts';

/**
 * Rows as the records of a snapshot of Consul's (`state.bin`): each is a byte that says what it is, and a MessagePack map. Types and fields are as
 * Consul 1.8.7 writes them; later versions add fields, which both sides leave out and pass over.
 */
export const RECORD = { register: 0, kv: 2, session: 3, query: 7, index: 16, configEntry: 22 } as const;

/** The tables that Consul has, too, in the order in which they are read back. */
const OURS = ['catalogNodes', 'catalogServices', 'catalogChecks', 'sessions', 'kv', 'preparedQueries', 'configEntries'];

/** Consul's names of what has an index. */
const INDEXES = ['nodes', 'services', 'checks', 'sessions', 'kvs', 'prepared-queries', 'config-entries'];

/** One buffer per record. */
export function* recordsOf(rows: readonly Change[], index: number): Generator<Buffer> {
  const nodes = new Map<string, CatalogNodeRow>();
  for (const { table, key, value, createIndex: CreateIndex, modifyIndex: ModifyIndex } of rows)
    if (table === 'catalogNodes' && value) nodes.set(key, { ...(value as CatalogNodeRow), CreateIndex, ModifyIndex });
  for (const table of OURS) for (const row of rows) if (row.table === table && row.value) yield* recordOf(row, nodes);
  for (const Key of INDEXES) yield record(RECORD.index, { Key, Value: index });
}

function* recordOf(row: Change, nodes: ReadonlyMap<string, CatalogNodeRow>): Generator<Buffer> {
  const stamps = { CreateIndex: row.createIndex, ModifyIndex: row.modifyIndex };
  const value = row.value as unknown;
  switch (row.table) {
    case 'catalogNodes':
      yield register({ ...(value as CatalogNodeRow), ...stamps }, null, null);
      return;
    case 'catalogServices':
      yield* ofNode(value as CatalogServiceRow, nodes, (node, service) =>
        register(node, { ...serviceFields(service), ...stamps }, null),
      );
      return;
    case 'catalogChecks':
      yield* ofNode(value as CatalogCheckRow, nodes, (node, check) =>
        register(node, null, { ...checkFields(check), ...stamps }),
      );
      return;
    case 'sessions':
      yield record(RECORD.session, { ...sessionFields(value as SessionRow), ...stamps });
      return;
    case 'kv':
      yield record(RECORD.kv, { ...kvFields(value as KvRow), ...stamps });
      return;
    case 'preparedQueries':
      yield record(RECORD.query, { ...queryFields(value as PreparedQueryRow), ...stamps });
      return;
    case 'configEntries':
      yield configEntry({ ...(value as ConfigEntryRow), ...stamps });
      return;
  }
}

function record(type: number, fields: PackedMap): Buffer {
  return Buffer.concat([Buffer.of(type), pack(fields)]);
}

function* ofNode<R extends { Node: string }>(
  row: R,
  nodes: ReadonlyMap<string, CatalogNodeRow>,
  compose: (node: CatalogNodeRow, row: R) => Buffer,
): Generator<Buffer> {
  const node = nodes.get(row.Node.toLowerCase());
  if (node) yield compose(node, row);
}

function register(node: CatalogNodeRow, Service: PackedMap | null, Check: PackedMap | null): Buffer {
  const { ID, Node, Address, Datacenter, TaggedAddresses, Meta, CreateIndex, ModifyIndex } = node;
  const own = { ID, Node, Address, Datacenter, TaggedAddresses, NodeMeta: Meta, CreateIndex, ModifyIndex };
  return record(RECORD.register, { ...own, Service, Check, Checks: null, SkipNodeUpdate: false, Token: '' });
}

function serviceFields(row: CatalogServiceRow): PackedMap {
  return {
    ID: row.ServiceID,
    Service: row.ServiceName,
    Kind: row.ServiceKind,
    Tags: row.ServiceTags,
    Address: row.ServiceAddress,
    TaggedAddresses: (row.ServiceTaggedAddresses ?? null) as Packed,
    Weights: row.ServiceWeights,
    Meta: row.ServiceMeta,
    Port: row.ServicePort,
    EnableTagOverride: row.ServiceEnableTagOverride,
    ...(row.ServiceSocketPath !== undefined && { SocketPath: row.ServiceSocketPath }),
    ...(row.ServiceProxy && { Proxy: row.ServiceProxy as PackedMap }),
    ...(row.ServiceNative && { Connect: { Native: true } }),
  };
}

/** Durations of checks' definitions and of configuration entries, which travel as nanoseconds. */
export const DURATIONS = new Set([
  ...['Interval', 'Timeout', 'DeregisterCriticalServiceAfter', 'TTL'],
  ...['ConnectTimeout', 'RequestTimeout', 'IdleTimeout', 'BaseEjectionTime', 'Duration'],
]);

function checkFields(row: CatalogCheckRow): PackedMap {
  const { Node, CheckID, Name, Status, Notes, Output, ServiceID, ServiceName, ServiceTags, Type } = row;
  const Definition = inNanoseconds(row.Definition) as PackedMap;
  return { Node, CheckID, Name, Status, Notes, Output, ServiceID, ServiceName, ServiceTags, Type, Definition };
}

function inNanoseconds(value: unknown, name = ''): Packed {
  if (typeof value === 'string' && DURATIONS.has(name)) return parseDuration(value) ?? 0;
  if (Array.isArray(value)) return value.map((item: unknown) => inNanoseconds(item));
  if (typeof value !== 'object' || value === null) return value as Packed;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, inNanoseconds(field, key)]));
}

function sessionFields({ ID, Name, Node, LockDelay, Behavior, TTL, NodeChecks, ServiceChecks }: SessionRow): PackedMap {
  return { ID, Name, Node, LockDelay, Behavior, TTL, Checks: null, NodeChecks, ServiceChecks };
}

function kvFields({ Key, Value, Flags, LockIndex, Session }: KvRow): PackedMap {
  const bytes = Value === null ? null : Buffer.from(Value, 'base64');
  return { Key, Value: bytes, Flags: BigInt(Flags), LockIndex, Session: Session ?? '' };
}

function queryFields({ ID, Name, Session, Token, Template, Service, DNS }: PreparedQueryRow): PackedMap {
  return { ID, Name, Session, Token, Template, Service: Service as unknown as PackedMap, DNS };
}

/** Within the record's own bytes: the kind, then the entry, so that the reader knows what it is before it reads it. */
function configEntry(entry: ConfigEntryRow): Buffer {
  const fields = inNanoseconds(entry);
  // This kind writes itself: its entry is bytes once more.
  const Entry = entry.Kind === 'proxy-defaults' ? pack(fields) : fields;
  const request = pack({ Op: '', Datacenter: '', Token: '', Entry });
  const bytes = Buffer.concat([pack(entry.Kind), request]);
  return Buffer.concat([Buffer.of(RECORD.configEntry), pack(bytes)]);
}
