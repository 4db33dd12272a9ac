import { basename } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { ArtifactError } from '../errors.ts';

/**
 * Where an artifact comes from, read from a source as go-getter writes it (https://developer.hashicorp.com/nomad/docs/job-specification/artifact):
 * a URL or an absolute path, `//folder` behind an archive for a part of it, options as query parameters or in `options`.
 */
export type ArtifactSource = {
  kind: 'http' | 'file';
  /** http: the URL to ask for; file: the absolute path. */
  location: string;
  /** The last part of the path: what a single file is called. */
  fileName: string;
  /** The part of an archive that is wanted, '' for all of it. */
  subfolder: string;
  checksum: string | undefined;
  /** `false` or a kind; undefined: by the file's name. */
  archive: string | undefined;
};

const SUPPORTED = 'http://, https:// and file:// URLs, and absolute paths';
const OPTIONS = ['checksum', 'archive', 'filename'] as const;
type Options = Partial<Record<(typeof OPTIONS)[number], string>>;

export function parseSource(source: string, options: Record<string, string> = {}): ArtifactSource {
  const url = asUrl(source);
  const { path, subfolder } = splitSubfolder(url.pathname);
  url.pathname = path;
  const taken = takeOptions(url, options);
  const kind = url.protocol === 'file:' ? 'file' : 'http';
  return {
    kind,
    location: kind === 'file' ? fileURLToPath(`file://${url.pathname}`) : url.href,
    fileName: taken.filename ?? (basename(decodeURIComponent(path)) || 'index.html'),
    subfolder,
    checksum: taken.checksum,
    archive: taken.archive,
  };
}

function asUrl(source: string): URL {
  const forced = /^(\w+)::(.*)$/s.exec(source);
  const [, getter = '', rest = source] = forced ?? [];
  if (!['', 'http', 'https', 'file'].includes(getter)) throw refused(`the getter "${getter}::" is not supported`);
  if (rest.startsWith('/')) return new URL(`file://${rest}`);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(rest)?.[1]?.toLowerCase();
  if (scheme === undefined) throw refused('it has no scheme (write https://… in front of a host)');
  if (!['http', 'https', 'file'].includes(scheme)) throw refused(`the scheme "${scheme}" is not supported`);
  if (!URL.canParse(rest)) throw refused('it is not a URL');
  return new URL(rest);
}

// `https://host/a.tar.gz//inner/folder`
function splitSubfolder(pathname: string): { path: string; subfolder: string } {
  const at = pathname.indexOf('//', 1);
  if (at < 0) return { path: pathname, subfolder: '' };
  return { path: pathname.slice(0, at), subfolder: decodeURIComponent(pathname.slice(at + 2)) };
}

// What is meant for the getter must not reach the server: signed URLs cover their query.
function takeOptions(url: URL, given: Record<string, string>): Options {
  const taken: Options = {};
  for (const name of OPTIONS) {
    const value = given[name] ?? url.searchParams.get(name);
    if (value !== null && value !== '') taken[name] = value;
    if (url.searchParams.has(name)) url.searchParams.delete(name);
  }
  for (const [name, value] of Object.entries(given)) {
    if (!OPTIONS.some((option) => option === name)) url.searchParams.set(name, value);
  }
  return taken;
}

function refused(why: string): ArtifactError {
  return new ArtifactError(`cannot use this source: ${why}; supported are ${SUPPORTED}`, { recoverable: false });
}
