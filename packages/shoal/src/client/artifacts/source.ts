import { basename } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { ArtifactError } from '../errors.ts';

/**
 * Where an artifact comes from, read from a source as go-getter writes it (https://developer.hashicorp.com/nomad/docs/job-specification/artifact):
 * a URL, an absolute path or a git repository, `//folder` behind it for a part of it, options as query parameters or in `options`.
 */
export type ArtifactSource = {
  kind: 'http' | 'file' | 'git';
  /** http, git: the URL to ask for; file: the absolute path. */
  location: string;
  /** The last part of the path: what a single file is called. */
  fileName: string;
  /** The part of an archive or repository that is wanted, '' for all of it. */
  subfolder: string;
  checksum: string | undefined;
  /** `false` or a kind; undefined: by the file's name. */
  archive: string | undefined;
  git: GitOptions;
};

export type GitOptions = {
  /** A branch, tag or commit; '' for what the repository has checked out. */
  ref: string;
  /** So many commits; 0 for all. */
  depth: number;
  /** A private key in base64, '' for what the agent's user has. */
  sshKey: string;
};

const SUPPORTED = 'http://, https:// and file:// URLs, absolute paths, and git:: in front of a repository';
const OPTIONS = ['checksum', 'archive', 'filename'] as const;
const GIT_OPTIONS = ['ref', 'depth', 'sshkey'] as const;
type Option = (typeof OPTIONS)[number] | (typeof GIT_OPTIONS)[number];
type Options = Partial<Record<Option, string>>;

/** Hosts whose repositories may be named without more, as `github.com/organisation/repository`. */
const FORGES = /^(?:github\.com|gitlab\.com|bitbucket\.org)\/[^/]+\/[^/?]+/;

export function parseSource(source: string, options: Record<string, string> = {}): ArtifactSource {
  const { kind, url } = asUrl(source);
  const { path, subfolder } = splitSubfolder(url.pathname);
  url.pathname = path;
  const taken = takeOptions(url, options, kind === 'git' ? [...OPTIONS, ...GIT_OPTIONS] : OPTIONS);
  if (kind === 'git' && taken.checksum !== undefined)
    throw refused('a repository has no checksum; name a commit as its ref');
  return {
    kind,
    location: kind === 'file' ? fileURLToPath(`file://${url.pathname}`) : url.href,
    fileName: taken.filename ?? (basename(decodeURIComponent(path)) || 'index.html'),
    subfolder,
    checksum: taken.checksum,
    archive: taken.archive,
    git: gitOptions(taken),
  };
}

function gitOptions({ ref = '', depth = '', sshkey = '' }: Options): GitOptions {
  if (ref.startsWith('-')) throw refused(`"${ref}" is no name of a branch, tag or commit`);
  if (!/^\d{0,6}$/.test(depth)) throw refused(`the depth "${depth}" is not a number`);
  return { ref, depth: Number(depth), sshKey: sshkey };
}

function asUrl(source: string): { kind: ArtifactSource['kind']; url: URL } {
  const forced = /^(\w+)::(.*)$/s.exec(source);
  const [, getter = '', rest = source] = forced ?? [];
  if (!['', 'http', 'https', 'file', 'git'].includes(getter))
    throw refused(`the getter "${getter}::" is not supported`);
  if (getter === 'git' || /^git@[\w.-]+:/.test(rest)) return { kind: 'git', url: gitUrl(rest) };
  if (getter === '' && FORGES.test(rest)) return { kind: 'git', url: gitUrl(rest) };
  if (rest.startsWith('/')) return { kind: 'file', url: new URL(`file://${rest}`) };
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(rest)?.[1]?.toLowerCase();
  if (scheme === undefined) throw refused('it has no scheme (write https://… in front of a host)');
  if (!['http', 'https', 'file'].includes(scheme)) throw refused(`the scheme "${scheme}" is not supported`);
  if (!URL.canParse(rest)) throw refused('it is not a URL');
  return { kind: scheme === 'file' ? 'file' : 'http', url: new URL(rest) };
}

/** `git@host:path` is ssh; a forge is asked over https; an absolute path is a repository of this machine. */
function gitUrl(text: string): URL {
  const [, user, host, path] = /^(?:([\w.-]+)@)([\w.-]+):(?!\/\/)\/?(.*)$/s.exec(text) ?? [];
  const whole = host === undefined ? text : `ssh://${user}@${host}/${path}`;
  const forge = FORGES.exec(whole)?.[0];
  const address =
    forge !== undefined
      ? `https://${forge.replace(/\.git$/, '')}.git${whole.slice(forge.length).replace(/^(?!\/\/)\//, '//')}`
      : whole.startsWith('/')
        ? `file://${whole}`
        : whole;
  if (!/^(?:https?|ssh|git|file):\/\//.test(address) || !URL.canParse(address)) {
    throw refused('it is not the URL of a repository (https://, ssh://, git@host:path)');
  }
  return new URL(address);
}

// `https://host/a.tar.gz//inner/folder`
function splitSubfolder(pathname: string): { path: string; subfolder: string } {
  const at = pathname.indexOf('//', 1);
  if (at < 0) return { path: pathname, subfolder: '' };
  return { path: pathname.slice(0, at), subfolder: decodeURIComponent(pathname.slice(at + 2)) };
}

// What is meant for the getter must not reach the server: signed URLs cover their query.
function takeOptions(url: URL, given: Record<string, string>, names: readonly Option[]): Options {
  const taken: Options = {};
  for (const name of names) {
    const value = given[name] ?? url.searchParams.get(name);
    if (value !== null && value !== '') taken[name] = value;
    if (url.searchParams.has(name)) url.searchParams.delete(name);
  }
  for (const [name, value] of Object.entries(given)) {
    if (!names.some((option) => option === name)) url.searchParams.set(name, value);
  }
  return taken;
}

function refused(why: string): ArtifactError {
  return new ArtifactError(`cannot use this source: ${why}; supported are ${SUPPORTED}`, { recoverable: false });
}
