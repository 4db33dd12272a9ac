import { type Diagnostic, type Range, suggest } from '@shoal/hcl';
import type { Dialect } from './dialects/dialect.ts';
import type { DocumentNode, DocumentObject, Entry } from './document.ts';
import { plainObject } from './document.ts';
import type { BlockField, Field, Fields, IgnoredField, LabelledField, ListField, ValueField } from './fields.ts';
import { describeNode, readValue } from './read-value.ts';
import type { Setting, SettingName } from './settings.ts';

/**
 * What a file says in one dialect. `misfits` weighs what the dialect does not know or has in another shape: the file's
 * own keys first, those inside blocks only between equals.
 */
export type Reading = {
  readonly settings: readonly Setting[];
  readonly diagnostics: readonly Diagnostic[];
  readonly misfits: number;
};

export type ReadOptions = {
  readonly dialect: Dialect;
  /** Name of the dialect in messages: `Consul's form`. */
  readonly form: string;
  readonly fields: Fields;
  /** What to do with a key that another dialect knows. */
  readonly foreign: (name: string) => string | undefined;
};

/** Reads a file's tree by the tables of a dialect. Everything that is wrong is found at once. */
export function readDocumentAs(root: DocumentObject, options: ReadOptions): Reading {
  return readFields(root, options.fields, { ...options, path: [] });
}

/** `path` are the keys on the way to what is being read. */
type Context = ReadOptions & { readonly path: readonly string[] };

const NOTHING: Reading = { settings: [], diagnostics: [], misfits: 0 };

function joined(readings: readonly Reading[]): Reading {
  return {
    settings: readings.flatMap(({ settings }) => settings),
    diagnostics: readings.flatMap(({ diagnostics }) => diagnostics),
    misfits: readings.reduce((sum, { misfits }) => sum + misfits, 0),
  };
}

function readFields(object: DocumentObject, fields: Fields, context: Context): Reading {
  const readings = object.entries.map((entry) => {
    const field = Object.hasOwn(fields, entry.name) ? fields[entry.name] : undefined;
    return field === undefined
      ? unknownKey(entry, fields, context)
      : readField(entry, field, inside(context, entry.name));
  });
  return joined(readings);
}

function inside(context: Context, name: string): Context {
  return { ...context, path: [...context.path, name] };
}

function readField(entry: Entry, field: Field, context: Context): Reading {
  // A null is as good as nothing.
  if (entry.node.kind === 'value' && entry.node.value === null) return NOTHING;
  if (entry.labels.length > 0 && field.kind !== 'labelled' && field.kind !== 'ignored')
    return tooManyLabels(entry, context);
  switch (field.kind) {
    case 'ignored':
      return withoutEffect(entry, field, context);
    case 'block':
      return readBlock(entry, field, context);
    case 'labelled':
      return readLabelled(entry, field, context);
    case 'list':
      return readList(entry, field, context);
    default:
      return readPlain(entry.node, field, context);
  }
}

function readPlain(node: DocumentNode, field: ValueField, context: Context): Reading {
  const read = readValue(field.kind, node);
  if ('wanted' in read) return wrongType(node, read.wanted, context, read.remedy);
  const [least, most] = field.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (typeof read.value === 'number' && (read.value < least || read.value > most)) {
    return failed(
      node.range,
      `${keyOf(context)} is out of range`,
      `It is ${read.value}; allowed is ${least} to ${most}.`,
    );
  }
  const value = field.convert === undefined ? read.value : field.convert(read.value as never);
  if (value === undefined) return field.wanted === undefined ? NOTHING : wrongType(node, field.wanted, context);
  return joined(field.to.map((name) => setting(context, name, value, node.range)));
}

function readBlock(entry: Entry, field: BlockField, context: Context): Reading {
  const nodes = entry.node.kind === 'list' ? entry.node.items : [entry.node];
  const objects = objectsOf(entry.node);
  if (objects.length < nodes.length) {
    if (field.plain !== undefined) return readPlain(entry.node, field.plain, context);
    return wrongType(entry.node, 'a block', context, `write ${entry.name} { … }`);
  }
  const present = Object.entries(field.present ?? {});
  return joined([
    ...present.map(([name, value]) => setting(context, name as SettingName, value, entry.nameRange)),
    ...objects.map((object) => readFields(object, field.fields, context)),
  ]);
}

/** The name is a label in HCL, and a key of an object in JSON. */
function readLabelled(entry: Entry, field: LabelledField, context: Context): Reading {
  const [label, ...more] = entry.labels;
  if (more.length > 0) return tooManyLabels(entry, context);
  if (label !== undefined) return readNamed(label.text, entry.node, field, context);
  const objects = objectsOf(entry.node);
  if (objects.length === 0) return wrongType(entry.node, `a block with a name, ${entry.name} "NAME" { … }`, context);
  return joined(
    objects.flatMap(({ entries }) => entries.map(({ name, node }) => readNamed(name, node, field, context))),
  );
}

function readNamed(name: string, node: DocumentNode, field: LabelledField, outer: Context): Reading {
  const context = inside(outer, JSON.stringify(name));
  const bodies = objectsOf(node);
  if (bodies.length === 0) return wrongType(node, 'a block', context, `write ${outer.path.at(-1)} "NAME" { … }`);
  return joined(
    bodies.map((body) => {
      const unknown = unknownKeys(body, field, context);
      return joined([unknown, readBody(body, node.range, field, context, (value) => labelled(name, value, field))]);
    }),
  );
}

function labelled(name: string, value: unknown, { listed }: LabelledField): unknown {
  return listed ? [{ name, ...(value as object) }] : { [name]: value };
}

function unknownKeys(body: DocumentObject, { fields, elsewhere }: LabelledField, context: Context): Reading {
  const unknown = body.entries.filter((entry) => !Object.hasOwn(fields, entry.name));
  return joined(unknown.map((entry) => unknownKey(entry, fields, context, elsewhere)));
}

function readList(entry: Entry, field: ListField, context: Context): Reading {
  const objects = objectsOf(entry.node);
  if (objects.length === 0 && entry.node.kind !== 'list') {
    return wrongType(entry.node, 'a block or a list of blocks', context);
  }
  const readings = objects.map((object) => {
    const range = object === entry.node ? entry.nameRange : object.range;
    return readBody(object, range, field, context, (value) => [value]);
  });
  return joined(readings);
}

function readBody(
  body: DocumentObject,
  range: Range,
  field: LabelledField | ListField,
  context: Context,
  wrap: (value: unknown) => unknown,
): Reading {
  const read = field.read(plainObject(body));
  if (typeof read === 'string') return failed(range, `${keyOf(context)} cannot be used`, read);
  return setting(context, field.to, wrap(read.value), range);
}

function objectsOf(node: DocumentNode): DocumentObject[] {
  const nodes = node.kind === 'list' ? node.items : [node];
  return nodes.flatMap((item) => (item.kind === 'object' ? [item] : []));
}

function setting(context: Context, name: SettingName, value: unknown, range: Range): Reading {
  // The tables pair each setting with a field of its type.
  const made = { name, value, key: keyOf(context), from: context.dialect, range } as Setting;
  return { ...NOTHING, settings: [made] };
}

function keyOf(context: Context): string {
  return context.path.join('.');
}

function withoutEffect(entry: Entry, field: IgnoredField, context: Context): Reading {
  if (field.reason === undefined || (entry.node.kind !== 'list' && field.unless?.(entry.node))) return NOTHING;
  return warned(entry.nameRange, `${keyOf(context)} has no effect`, field.reason);
}

function unknownKey(entry: Entry, fields: Fields, context: Context, elsewhere?: string): Reading {
  const depth = context.path.length;
  const nearest = suggest(entry.name, Object.keys(fields));
  const field = nearest === undefined ? undefined : fields[nearest];
  const summary = `Unknown key "${[...context.path, entry.name].join('.')}"`;
  if (nearest !== undefined && field?.kind === 'ignored')
    return misfit(depth, probablyIgnored(summary, nearest, entry, field));
  const place = context.path.length === 0 ? context.form : `${keyOf(context)} in ${context.form}`;
  const foreign = context.path.length === 0 ? context.foreign(entry.name) : undefined;
  const remedy =
    foreign ?? (nearest === undefined ? (elsewhere ?? blockWith(entry.name, fields)) : `did you mean "${nearest}"?`);
  return misfit(depth, failed(entry.nameRange, summary, `There is no "${entry.name}" in ${place}.`, remedy));
}

/** Which block has the key that is missing here. */
function blockWith(name: string, fields: Fields): string | undefined {
  const blocks = Object.entries(fields).flatMap(([block, field]) =>
    field.kind === 'block' && Object.hasOwn(field.fields, name) ? [`${block} { ${name} … }`] : [],
  );
  return blocks.length === 0 ? undefined : `it belongs into a block: ${blocks.join(' or ')}`;
}

/** A slip in a key that does nothing either way stops nobody. */
function probablyIgnored(summary: string, nearest: string, entry: Entry, field: IgnoredField): Reading {
  const detail = `It is probably "${nearest}", which has no effect here. ${field.reason ?? ''}`.trim();
  return warned(entry.nameRange, summary, detail, `write "${nearest}", or remove it`);
}

function wrongType(node: DocumentNode, wanted: string, context: Context, remedy?: string): Reading {
  const problem = failed(node.range, `${keyOf(context)} must be ${wanted}`, `Here is ${describeNode(node)}.`, remedy);
  return misfit(context.path.length - 1, problem);
}

function tooManyLabels(entry: Entry, context: Context): Reading {
  const range = entry.labels.at(-1)?.range ?? entry.nameRange;
  const summary = `${keyOf(context)} takes ${entry.labels.length > 1 ? 'one name' : 'no name'}`;
  return misfit(context.path.length - 1, failed(range, summary, 'It has one too many.'));
}

function misfit(depth: number, reading: Reading): Reading {
  return { ...reading, misfits: reading.misfits + (depth === 0 ? 1_000 : 1) };
}

function failed(range: Range, summary: string, detail: string, remedy?: string): Reading {
  return {
    ...NOTHING,
    diagnostics: [{ severity: 'error', summary, detail, range, ...(remedy !== undefined && { remedy }) }],
  };
}

function warned(range: Range, summary: string, detail: string, remedy?: string): Reading {
  return {
    ...NOTHING,
    diagnostics: [{ severity: 'warning', summary, detail, range, ...(remedy !== undefined && { remedy }) }],
  };
}
