import { formatDuration } from '../../duration.ts';
import { catalogKey } from '../../state/tables.ts';
import { entryKey } from '../config-entries/plan.ts';
import type { SnapshotRow } from './lines.ts';
import { type Unpacked, Unpacker } from './msgpack.ts';
import { DURATIONS, RECORD } from './records.ts';

type Fields = { readonly [key: string]: Unpacked };

/** The rows of Consul's records. What there is no table for (ACLs, intentions, coordinates) is passed over. Throws RangeError. */
export function rowsOfRecords(unpacker: Unpacker): SnapshotRow[] {
  const rows = new Map<string, SnapshotRow>();
  while (!unpacker.isAtEnd) {
    const type = unpacker.byte();
    // Each register repeats its node.
    for (const row of rowsOf(type, unpacker.value())) rows.set(`${row.table}/${row.key}`, row);
  }
  return [...rows.values()];
}

function rowsOf(type: number, value: Unpacked): SnapshotRow[] {
  if (type === RECORD.configEntry) return Buffer.isBuffer(value) ? [configEntryRow(value)] : [];
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Buffer.isBuffer(value)) return [];
  switch (type) {
    case RECORD.register:
      return registerRows(value);
    case RECORD.kv:
      return kvRows(value);
    case RECORD.session:
      return [sessionRow(value)];
    case RECORD.query:
      return [queryRow(value)];
    default:
      return [];
  }
}

function row(table: string, key: string, fields: Fields, value: object): SnapshotRow {
  return { table, key, createIndex: number(fields['CreateIndex']), modifyIndex: number(fields['ModifyIndex']), value };
}

function registerRows(fields: Fields): SnapshotRow[] {
  const Node = text(fields['Node']);
  const node = {
    ID: text(fields['ID']),
    Node,
    Address: text(fields['Address']),
    Datacenter: text(fields['Datacenter']),
    TaggedAddresses: filled(fields['TaggedAddresses']),
    Meta: filled(fields['NodeMeta']),
  };
  const [service, check] = [map(fields['Service']), map(fields['Check'])];
  return [
    row('catalogNodes', Node.toLowerCase(), fields, node),
    ...(service ? [serviceRow(Node, service)] : []),
    ...(check ? [checkRow(Node, check)] : []),
  ];
}

function serviceRow(Node: string, fields: Fields): SnapshotRow {
  const tagged = filled(fields['TaggedAddresses']);
  const proxy = proxyOf(map(fields['Proxy']) ?? {});
  const value = {
    Node,
    ServiceID: text(fields['ID']),
    ServiceName: text(fields['Service']),
    ServiceKind: text(fields['Kind']),
    ServiceTags: plain(fields['Tags'] ?? null) ?? [],
    ServiceAddress: text(fields['Address']),
    ...(tagged && { ServiceTaggedAddresses: tagged }),
    ServiceWeights: plain(fields['Weights'] ?? null) ?? { Passing: 1, Warning: 1 },
    ServiceMeta: filled(fields['Meta']) ?? {},
    ServicePort: number(fields['Port']),
    ServiceEnableTagOverride: fields['EnableTagOverride'] === true,
    ...(text(fields['SocketPath']) !== '' && { ServiceSocketPath: text(fields['SocketPath']) }),
    ...(proxy && { ServiceProxy: proxy }),
    ...(map(fields['Connect'])?.['Native'] === true && { ServiceNative: true }),
  };
  return row('catalogServices', catalogKey(Node, value.ServiceID), fields, value);
}

/** Undefined for what is no proxy. */
function proxyOf(fields: Fields): object | undefined {
  const said = definition(fields);
  return Object.keys(said).length > 0 ? { DestinationServiceName: '', ...said } : undefined;
}

function checkRow(Node: string, fields: Fields): SnapshotRow {
  const value = {
    Node,
    CheckID: text(fields['CheckID']),
    Name: text(fields['Name']),
    Status: text(fields['Status']),
    Notes: text(fields['Notes']),
    Output: text(fields['Output']),
    ServiceID: text(fields['ServiceID']),
    ServiceName: text(fields['ServiceName']),
    ServiceTags: plain(fields['ServiceTags'] ?? null) ?? [],
    Type: text(fields['Type']),
    Definition: definition(map(fields['Definition']) ?? {}),
  };
  return row('catalogChecks', catalogKey(Node, value.CheckID), fields, value);
}

/** Only what says something: Consul writes every field. */
function definition(fields: Fields): object {
  const said = Object.entries(fields).flatMap(([name, value]) => {
    const plainValue = plain(value, name);
    return isSaid(plainValue) ? [[name, plainValue]] : [];
  });
  return Object.fromEntries(said) as object;
}

function isSaid(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(isSaid);
  return value !== null && value !== '' && value !== 0 && value !== false;
}

function kvRows(fields: Fields): SnapshotRow[] {
  const [Key, Session, bytes] = [text(fields['Key']), text(fields['Session']), fields['Value']];
  const value = {
    Key,
    Value: Buffer.isBuffer(bytes) && bytes.length > 0 ? bytes.toString('base64') : null,
    Flags: String(fields['Flags'] ?? 0),
    LockIndex: number(fields['LockIndex']),
    ...(Session !== '' && { Session }),
  };
  return [row('kv', Key, fields, value), ...(Session !== '' ? [row('kvLocks', Key, fields, { Session })] : [])];
}

function sessionRow(fields: Fields): SnapshotRow {
  const value = {
    ID: text(fields['ID']),
    Name: text(fields['Name']),
    Node: text(fields['Node']),
    LockDelay: number(fields['LockDelay']),
    Behavior: text(fields['Behavior']) || 'release',
    TTL: text(fields['TTL']),
    NodeChecks: plain(fields['NodeChecks'] ?? fields['Checks'] ?? null) ?? [],
    ServiceChecks: plain(fields['ServiceChecks'] ?? null),
  };
  return row('sessions', value.ID, fields, value);
}

function queryRow(fields: Fields): SnapshotRow {
  const { CreateIndex: _, ModifyIndex: __, ...query } = fields;
  return row('preparedQueries', text(fields['ID']), fields, plain(query) as object);
}

function configEntryRow(bytes: Buffer): SnapshotRow {
  const unpacker = new Unpacker(bytes);
  const Kind = text(unpacker.value());
  const entryOrBytes = map(unpacker.value())?.['Entry'];
  const fields = map(Buffer.isBuffer(entryOrBytes) ? new Unpacker(entryOrBytes).value() : entryOrBytes) ?? {};
  const { CreateIndex: _, ModifyIndex: __, ...entry } = fields;
  const Name = text(fields['Name']);
  return row('configEntries', entryKey(Kind, Name), fields, { ...(plain(entry) as object), Kind, Name });
}

function text(value: Unpacked | undefined): string {
  return Buffer.isBuffer(value) ? value.toString() : '';
}

function number(value: Unpacked | undefined): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 0;
}

function map(value: Unpacked | undefined): Fields | undefined {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
  return isMap ? (value as Fields) : undefined;
}

/** A map that says something, as plain values. */
function filled(value: Unpacked | undefined): object | null {
  const fields = map(value);
  return fields && Object.keys(fields).length > 0 ? (plain(fields as Unpacked) as object) : null;
}

/** Raw as text, durations as they are written, all else as it is. */
function plain(value: Unpacked, name = ''): unknown {
  if (Buffer.isBuffer(value)) return value.toString();
  if (Array.isArray(value)) return value.map((item) => plain(item));
  if (DURATIONS.has(name) && number(value) > 0) return formatDuration(number(value));
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field, key)]));
}
