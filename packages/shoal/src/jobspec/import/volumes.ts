import { argument, block, code, comment, type Expression, type Item, quoted } from './hcl-text.ts';
import { isMapping, mapping, text, texts } from './yaml-values.ts';

type Mount = { readonly type: string; readonly source: string; readonly target: string; readonly readOnly: boolean };

/** `config` goes into the driver's block, `task` beside it. */
export type Mounts = { readonly config: Item[]; readonly task: Item[] };

/** Volumes, bind mounts and tmpfs of a service. `project` goes in front of names of volumes, as Compose does it. */
export function mountsOf(volumes: readonly unknown[], tmpfs: unknown, project: string): Mounts {
  const mounts = volumes.flatMap((entry) => (isMapping(entry) ? longForm(entry) : shortForm(text(entry) ?? '')));
  const all = [...mounts, ...texts(tmpfs).map((target) => ({ type: 'tmpfs', source: '', target, readOnly: false }))];
  const parts = all.map((mount) => (mount.type === 'bind' ? bind(mount) : { config: other(mount, project), task: [] }));
  return { config: parts.flatMap(({ config }) => config), task: parts.flatMap(({ task }) => task) };
}

function longForm(entry: Readonly<Record<string, unknown>>): Mount[] {
  const target = text(entry['target']);
  if (target === undefined) return [];
  const readOnly = entry['read_only'] === true;
  return [{ type: text(entry['type']) ?? 'volume', source: text(entry['source']) ?? '', target, readOnly }];
}

function shortForm(entry: string): Mount[] {
  const [first = '', second, options = ''] = entry.split(':');
  if (first === '') return [];
  if (second === undefined) return [{ type: 'volume', source: '', target: first, readOnly: false }];
  const isPath = /^[./~]/.test(first);
  return [
    { type: isPath ? 'bind' : 'volume', source: first, target: second, readOnly: options.split(',').includes('ro') },
  ];
}

/** A single file beside the Compose file travels with the job; of everything else the node must have it. */
function bind(mount: Mount): Mounts {
  const { source, target } = mount;
  if (isLocal(source) && /\.[\w-]+$/.test(source)) return fileOf(mount);
  const note = isLocal(source)
    ? `${source} was a folder beside the Compose file: put it on the nodes and write its path here`
    : `${source} must be on every node that may run this`;
  return { config: [comment(note), mountBlock('bind', source, target, mount.readOnly)], task: [] };
}

function isLocal(path: string): boolean {
  return path.startsWith('.');
}

function fileOf({ source, target, readOnly }: Mount): Mounts {
  const name = source.slice(source.lastIndexOf('/') + 1);
  const destination = `local/${name}`;
  return { config: [mountBlock('bind', destination, target, readOnly)], task: [fileTemplate(source, destination)] };
}

/** A file of the developer's machine as it stands. */
export function fileTemplate(source: string, destination: string, more: readonly Item[] = []): Item {
  return templateBlock(code(`file(${quoted(source)})`), destination, more);
}

function contentTemplate(content: string, destination: string): Item {
  return templateBlock(content, destination, []);
}

/** With delimiters that are in no file by chance. */
function templateBlock(data: Expression, destination: string, more: readonly Item[]): Item {
  return block(
    'template',
    [],
    [
      argument('data', data),
      argument('destination', destination),
      ...more,
      argument('left_delimiter', '{{{{'),
      argument('right_delimiter', '}}}}'),
    ],
  );
}

function other({ type, source, target, readOnly }: Mount, project: string): Item[] {
  if (type !== 'volume') return [mountBlock(type, source, target, readOnly)];
  const note = 'stays on the node: for data that must be found again, use a volume of type "host" or "csi"';
  return [comment(note), mountBlock('volume', source === '' ? '' : `${project}_${source}`, target, readOnly)];
}

function mountBlock(type: string, source: string, target: string, readOnly: boolean): Item {
  return block(
    'mount',
    [],
    [
      argument('type', type),
      ...(source === '' ? [] : [argument('source', source)]),
      argument('target', target),
      ...(readOnly ? [argument('readonly', true)] : []),
    ],
  );
}

/** `secrets` and `configs` of a service: files that are put where Compose would put them. */
export function filesOf(kind: 'secrets' | 'configs', used: readonly unknown[], declared: unknown): Mounts {
  const parts = used.flatMap((entry): Mounts[] => {
    const name = isMapping(entry) ? text(entry['source']) : text(entry);
    if (name === undefined) return [];
    const target = isMapping(entry) ? text(entry['target']) : undefined;
    return [fileMount(kind, name, target, mapping(mapping(declared)[name]))];
  });
  return { config: parts.flatMap(({ config }) => config), task: parts.flatMap(({ task }) => task) };
}

function fileMount(
  kind: string,
  name: string,
  target: string | undefined,
  declared: Readonly<Record<string, unknown>>,
): Mounts {
  const destination = kind === 'secrets' ? `secrets/${name}` : `local/${name}`;
  const path = target?.startsWith('/')
    ? target
    : kind === 'secrets'
      ? `/run/secrets/${target ?? name}`
      : `/${target ?? name}`;
  const mount = mountBlock('bind', destination, path, true);
  const content = text(declared['content']);
  if (content !== undefined) return { config: [mount], task: [contentTemplate(content, destination)] };
  const file = text(declared['file']);
  if (file === undefined) {
    const note = `${kind}: "${name}" has no file of its own; add a template block that writes ${destination}`;
    return { config: [comment(note), mount], task: [] };
  }
  return { config: [mount], task: [fileTemplate(file, destination)] };
}
