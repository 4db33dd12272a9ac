import { argument, block, code, comment, type Expression, type Item, quoted } from './hcl-text.ts';
import { mountOptions, tmpfsOptions } from './mount-options.ts';
import type { Project } from './project.ts';
import { isMapping, mapping, modeBits, text, texts } from './yaml-values.ts';

type Mount = {
  readonly type: string;
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** Blocks of the driver's with more about it, and what has no equal. */
  readonly options?: readonly Item[];
  readonly notes?: readonly string[];
};

/** `config` goes into the driver's block, `task` beside it. */
export type Mounts = { readonly config: Item[]; readonly task: Item[] };

/** Volumes, bind mounts and tmpfs of a service. */
export function mountsOf(volumes: readonly unknown[], tmpfs: unknown, project: Project): Mounts {
  const mounts = volumes.flatMap((entry) => (isMapping(entry) ? longForm(entry) : shortForm(text(entry) ?? '')));
  const all = [...mounts, ...texts(tmpfs).map(tmpfsMount)];
  const parts = all.map((mount) =>
    mount.type === 'bind' ? bind(mount, project) : { config: other(mount, project), task: [] },
  );
  return { config: parts.flatMap(({ config }) => config), task: parts.flatMap(({ task }) => task) };
}

function longForm(entry: Readonly<Record<string, unknown>>): Mount[] {
  const target = text(entry['target']);
  if (target === undefined) return [];
  const readOnly = entry['read_only'] === true;
  const type = text(entry['type']) ?? 'volume';
  return [{ type, source: text(entry['source']) ?? '', target, readOnly, ...mountOptions(entry) }];
}

/** `/run`, `/tmp:size=64m,mode=1777` */
function tmpfsMount(entry: string): Mount {
  const [target = '', options = ''] = entry.split(':');
  return { type: 'tmpfs', source: '', target, readOnly: false, ...tmpfsOptions(options) };
}

/** Colons divide, but not those in `${NAME:-default}`. */
function shortForm(entry: string): Mount[] {
  const [first = '', second, options = ''] = entry.match(/(?:\$\{[^}]*\}|[^:])+/g) ?? [];
  if (first === '') return [];
  if (second === undefined) return [{ type: 'volume', source: '', target: first, readOnly: false }];
  const isPath = /^[./~$]/.test(first);
  return [
    { type: isPath ? 'bind' : 'volume', source: first, target: second, readOnly: options.split(',').includes('ro') },
  ];
}

/** A single file beside the Compose file travels with the job; of everything else the node must have it. */
function bind(mount: Mount, project: Project): Mounts {
  const { source } = mount;
  if (isLocal(source) && isFile(source, project)) return fileOf(mount, project);
  const note = isLocal(source)
    ? `${source} was a folder beside the Compose file: put it on the nodes and write its path here`
    : `${source} must be on every node that may run this`;
  return { config: [comment(note), ...notesOf(mount), mountBlock(mount, project)], task: [] };
}

function isLocal(path: string): boolean {
  return path.startsWith('.');
}

/** A name with a dot in it is taken for a file where nobody can look. */
function isFile(path: string, { look }: Project): boolean {
  return look(path)?.isFile ?? /\.[\w-]+$/.test(path);
}

function fileOf(mount: Mount, project: Project): Mounts {
  const { source } = mount;
  const name = source.slice(source.lastIndexOf('/') + 1);
  const destination = `local/${name}`;
  const perms = project.look(source)?.isExecutable === true ? [argument('perms', '755')] : [];
  return {
    config: [...notesOf(mount), mountBlock({ ...mount, source: destination }, project)],
    task: [fileTemplate(source, destination, project, perms)],
  };
}

/** A file of the developer's machine as it stands. An empty one becomes a line, since templates have something in them. */
export function fileTemplate(
  source: string,
  destination: string,
  { look }: Project,
  more: readonly Item[] = [],
  isOptional = false,
): Item {
  const file = `file(${quoted(source)})`;
  const isEmpty = look(source)?.isEmpty === true;
  const data = isOptional ? `fileexists(${quoted(source)}) ? ${file} : "\\n"` : isEmpty ? `"\${${file}}\\n"` : file;
  return templateBlock(code(data), destination, more);
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

function other(mount: Mount, project: Project): Item[] {
  const { type, source } = mount;
  if (type === 'tmpfs') return [...notesOf(mount), mountBlock(mount, project)];
  if (type !== 'volume') return [comment(`the mount of type "${type}" at ${mount.target} has no equal here`)];
  const note = 'stays on the node: for data that must be found again, use a volume of type "host" or "csi"';
  return [
    comment(note),
    ...notesOf(mount),
    mountBlock({ ...mount, source: source && project.volume(source) }, project),
  ];
}

function notesOf({ notes = [] }: Mount): Item[] {
  return notes.map(comment);
}

function mountBlock({ type, source, target, readOnly, options = [] }: Mount, { write }: Project): Item {
  return block(
    'mount',
    [],
    [
      argument('type', type),
      ...(source === '' ? [] : [argument('source', write(source))]),
      argument('target', write(target)),
      ...(readOnly ? [argument('readonly', true)] : []),
      ...options,
    ],
  );
}

/** `secrets` and `configs` of a service: files that are put where Compose would put them. */
export function filesOf(kind: 'secrets' | 'configs', used: readonly unknown[], project: Project): Mounts {
  const parts = used.flatMap((entry): Mounts[] => {
    const name = isMapping(entry) ? text(entry['source']) : text(entry);
    if (name === undefined) return [];
    return [fileMount(kind, name, mapping(entry), project)];
  });
  return { config: parts.flatMap(({ config }) => config), task: parts.flatMap(({ task }) => task) };
}

function fileMount(
  kind: 'secrets' | 'configs',
  name: string,
  used: Readonly<Record<string, unknown>>,
  project: Project,
): Mounts {
  const declared = mapping(mapping(project[kind])[name]);
  const target = text(used['target']);
  const destination = kind === 'secrets' ? `secrets/${name}` : `local/${name}`;
  const path = target?.startsWith('/')
    ? target
    : kind === 'secrets'
      ? `/run/secrets/${target ?? name}`
      : `/${target ?? name}`;
  const mount = mountBlock({ type: 'bind', source: destination, target: path, readOnly: true }, project);
  const owner = ownership(used);
  const variable = text(declared['environment']);
  if (variable !== undefined) {
    const data = project.write(`\${${variable}}`);
    return { config: [mount], task: [templateBlock(data, destination, owner)] };
  }
  const content = text(declared['content']);
  if (content !== undefined)
    return { config: [mount], task: [templateBlock(project.write(content), destination, owner)] };
  const file = text(declared['file']);
  if (file === undefined) {
    const note = `${kind}: "${name}" has no file of its own; add a template block that writes ${destination}`;
    return { config: [comment(note), mount], task: [] };
  }
  return { config: [mount], task: [fileTemplate(file, destination, project, owner)] };
}

/** Who may read a secret or config. */
function ownership(used: Readonly<Record<string, unknown>>): Item[] {
  const mode = modeBits(used['mode']);
  const perms = mode?.toString(8).padStart(4, '0');
  const [uid, gid] = [used['uid'], used['gid']].map((value) => Number(text(value) ?? Number.NaN));
  return [
    ...(perms === undefined ? [] : [argument('perms', perms)]),
    ...(Number.isInteger(uid) ? [argument('uid', uid as number)] : []),
    ...(Number.isInteger(gid) ? [argument('gid', gid as number)] : []),
  ];
}
