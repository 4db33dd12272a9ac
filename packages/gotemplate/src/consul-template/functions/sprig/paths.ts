import { posix } from 'node:path';
import { FunctionError } from '../../../errors.ts';
import type { FunctionSet } from '../../../functions.ts';
import { element, raw } from '../../../values.ts';
import { ofTexts } from '../of-texts.ts';
import { ofValues, textOfValue } from './casts.ts';

const base = ofTexts(1, (path) => (path === '' ? '.' : posix.basename(path) || '/'));
const dir = ofTexts(1, (path) => clean(/^.*\//s.exec(path)?.[0] ?? ''));
const cleaned = ofTexts(1, clean);
const ext = ofTexts(1, (path) => /\.[^./]*$/.exec(path)?.[0] ?? '');
const isAbs = ofTexts(1, (path) => path.startsWith('/'));

/** Texts that are paths or URLs; nothing is looked up. */
export const sprigPaths: FunctionSet = {
  /** The last element of a path. */
  base,
  /** All but the last element. */
  dir,
  /** The shortest path that means the same. */
  clean: cleaned,
  /** What follows the last dot, with it. */
  ext,
  /** Whether it begins at the root. */
  isAbs,
  /** As base. */
  osBase: base,
  /** As dir. */
  osDir: dir,
  /** As clean. */
  osClean: cleaned,
  /** As ext. */
  osExt: ext,
  /** As isAbs. */
  osIsAbs: isAbs,
  /** The parts of a URL: scheme, host, hostname, path, query, opaque, fragment, userinfo. */
  urlParse: ofTexts(1, parseUrl),
  /** The URL of such parts. */
  urlJoin: ofValues(1, joinUrl),
};

/** As Go's `path.Clean`. */
function clean(path: string): string {
  if (path === '') return '.';
  const normal = posix.normalize(path);
  return normal.length > 1 ? normal.replace(/\/$/, '') : normal;
}

const URL_PARTS = /^(?:([A-Za-z][\w+.-]*):)?(?:\/\/(?:([^/?#@]*)@)?([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;

function parseUrl(url: string): Record<string, string> {
  const [found, scheme = '', userinfo = '', host = '', path = '', query = '', fragment = ''] =
    URL_PARTS.exec(url) ?? [];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a URL may not have.
  if (found === undefined || /[\u0000-\u001f\u007f]/.test(url))
    throw new FunctionError(`unable to parse url ${JSON.stringify(url)}`);
  const isOpaque = scheme !== '' && !url.slice(scheme.length + 1).startsWith('/') && path !== '';
  return {
    ...{ scheme: scheme.toLowerCase(), host, query, userinfo },
    hostname: host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1'),
    path: isOpaque ? '' : decoded(path),
    opaque: isOpaque ? path : '',
    fragment: decoded(fragment),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new FunctionError(`unable to parse url: invalid URL escape in ${JSON.stringify(text)}`);
  }
}

function joinUrl(parts: unknown): string {
  const part = (name: string) => textOfValue(raw(element(parts, name)) ?? '');
  const [scheme, userinfo, host, query] = [part('scheme'), part('userinfo'), part('host'), part('query')];
  const start = scheme === '' ? '' : `${scheme}:`;
  const authority = host === '' && userinfo === '' ? '' : `//${userinfo === '' ? '' : `${userinfo}@`}${host}`;
  const path = encodeURI(part('path'));
  const whole = authority !== '' && path !== '' && !path.startsWith('/') ? `/${path}` : path;
  const end = `${query === '' ? '' : `?${query}`}${part('fragment') === '' ? '' : `#${encodeURI(part('fragment'))}`}`;
  return `${start}${authority}${part('opaque') || whole}${end}`;
}
