import type { Field, Struct, Values } from '../schema/field.ts';
import { diffField, diffFields, flatten, flattenFree, orNull, partsType } from './fields.ts';
import type { ObjectDiff } from './types.ts';

/** How lists of blocks are called one by one. */
const SINGULAR: Record<string, string> = {
  Constraints: 'Constraint',
  Affinities: 'Affinity',
  Spreads: 'Spread',
  Networks: 'Network',
  ReservedPorts: 'Static Port',
  DynamicPorts: 'Dynamic Port',
  Services: 'Service',
  Checks: 'Check',
  Routes: 'Route',
  Volumes: 'Volume',
  VolumeMounts: 'VolumeMount',
  Artifacts: 'Artifact',
  Templates: 'Template',
  Devices: 'Device',
  ScalingPolicies: 'Scaling',
  Listeners: 'ConsulIngressListeners',
  Upstreams: 'ConsulUpstreams',
  Secrets: 'Secret',
  Identities: 'Identity',
  Actions: 'Action',
};

/** The field by which a block of a list is the same block as before; lists of others compare whole blocks. */
const IDENTITY: Record<string, string> = {
  service: 'Name',
  check: 'Name',
  port: 'Label',
  target: 'Value',
  template: 'DestPath',
  volume_mount: 'Volume',
  device: 'Name',
  scaling: 'Type',
  secret: 'Name',
  identity: 'Name',
  action: 'Name',
};

/** What the API never shows in these blocks. A group's `Stagger` is the job's affair. */
const SKIP: Record<string, readonly string[]> = {
  update: ['Stagger'],
  scaling: ['ID', 'Namespace', 'Target', 'CreateIndex', 'ModifyIndex'],
  service: ['Id'],
  check: ['Id'],
};

/** The changed blocks of `struct`, those in `order` first, the others behind them in the order of the tables. */
export function diffBlocks(
  before: Values | null,
  after: Values | null,
  struct: Struct,
  { order = [], skip = [] }: { order?: readonly string[]; skip?: readonly string[] } = {},
): ObjectDiff[] {
  const names = [...new Set([...order, ...Object.keys(struct.fields)])].filter((name) => !skip.includes(name));
  return names.flatMap((name) => {
    const field = struct.fields[name];
    return field === undefined ? [] : diffMember(name, field, before?.[name] ?? null, after?.[name] ?? null);
  });
}

function diffMember(name: string, field: Field, before: unknown, after: unknown): ObjectDiff[] {
  switch (field.kind) {
    case 'struct':
      return diffStruct(name, field.struct, before as Values | null, after as Values | null);
    case 'structs':
      return diffList(SINGULAR[name] ?? name, field.struct, before as Values[] | null, after as Values[] | null);
    case 'keyed':
      return diffKeyed(SINGULAR[name] ?? name, field.struct, before, after);
    case 'texts':
      return diffTexts(name, asTexts(before), asTexts(after));
    case 'free':
      return diffFree(name, before, after);
    default:
      return [];
  }
}

function diffStruct(name: string, struct: Struct, before: Values | null, after: Values | null): ObjectDiff[] {
  const skip = SKIP[struct.name] ?? [];
  const fields = diffFields(flatten(before, struct, skip), flatten(after, struct, skip), true);
  const objects = diffBlocks(before, after, struct, { skip });
  return unlessNone({
    Type: partsType(before, after, [...fields, ...objects]),
    Name: name,
    Fields: orNull(fields),
    Objects: orNull(objects),
  });
}

function diffList(name: string, struct: Struct, before: Values[] | null, after: Values[] | null): ObjectDiff[] {
  const old = byIdentity(before ?? [], struct);
  const current = byIdentity(after ?? [], struct);
  return [...new Set([...old.keys(), ...current.keys()])]
    .sort()
    .flatMap((key) => diffStruct(name, struct, old.get(key) ?? null, current.get(key) ?? null));
}

/** Of several equal ones each counts: the second has a key of its own. */
function byIdentity(items: Values[], struct: Struct): Map<string, Values> {
  const found = new Map<string, Values>();
  for (const item of items) {
    const field = IDENTITY[struct.name];
    let key = field === undefined ? JSON.stringify(item) : String(item[field]);
    while (found.has(key)) key += '+';
    found.set(key, item);
  }
  return found;
}

function diffKeyed(name: string, struct: Struct, before: unknown, after: unknown): ObjectDiff[] {
  const old = new Map(Object.entries((before ?? {}) as Record<string, Values>));
  const current = new Map(Object.entries((after ?? {}) as Record<string, Values>));
  const keys = [...new Set([...old.keys(), ...current.keys()])].sort();
  return keys.flatMap((key) => diffStruct(name, struct, old.get(key) ?? null, current.get(key) ?? null));
}

function asTexts(list: unknown): string[] | null {
  return (list as (string | number)[] | null)?.map(String) ?? null;
}

function diffTexts(name: string, before: string[] | null, after: string[] | null): ObjectDiff[] {
  const old = new Set(before);
  const current = new Set(after);
  const entries = [...new Set([...old, ...current])].sort();
  const fields = entries.map((each) => diffField(name, old.has(each) ? each : '', current.has(each) ? each : ''));
  const type = partsType(old.size > 0 ? old : null, current.size > 0 ? current : null, fields);
  return unlessNone({ Type: type, Name: name, Fields: orNull(fields), Objects: null });
}

function diffFree(name: string, before: unknown, after: unknown): ObjectDiff[] {
  const fields = diffFields(flattenFree(before), flattenFree(after), true);
  return unlessNone({ Type: partsType(before, after, fields), Name: name, Fields: orNull(fields), Objects: null });
}

function unlessNone(diff: ObjectDiff): ObjectDiff[] {
  return diff.Type === 'None' ? [] : [diff];
}
