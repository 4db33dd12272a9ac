import { posix as path } from 'node:path';
import { stringType } from '../types.ts';
import { boolValue, setValue, stringValue, type Value } from '../values.ts';
import { define, text, textOf } from './arguments.ts';
import { utf8Text } from './encoding.ts';
import { FunctionError, type HclFunction } from './function.ts';
import { globToRegex } from './glob.ts';

/**
 * What the functions of files may touch. Paths that are not absolute count from `baseDir`. `readFile` throws when
 * there is nothing to read; `listFiles` gives every file below a folder, as paths from it; `home` is what `~` means.
 */
export type FileAccess = {
  readFile: (path: string) => Uint8Array | string;
  baseDir: string;
  exists?: (path: string) => boolean;
  listFiles?: (folder: string) => readonly string[];
  home?: string;
};

type FileFunction = (access: FileAccess, given: string) => Value;

function expandHome({ home }: FileAccess, given: string): string {
  if (given !== '~' && !given.startsWith('~/')) return given;
  if (home === undefined) throw new FunctionError('there is no home folder here');
  return path.join(home, given.slice(1));
}

function resolve(access: FileAccess, given: string): string {
  return path.resolve(access.baseDir, expandHome(access, given));
}

function bytesOf(access: FileAccess, given: string): Uint8Array {
  try {
    const content = access.readFile(resolve(access, given));
    return typeof content === 'string' ? Buffer.from(content) : content;
  } catch (cause) {
    if (cause instanceof FunctionError) throw cause;
    throw new FunctionError(`cannot read "${given}": ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function exists(access: FileAccess, given: string): boolean {
  if (access.exists) return access.exists(resolve(access, given));
  try {
    access.readFile(resolve(access, given));
    return true;
  } catch {
    // Whatever the reason: there is no file that could be read.
    return false;
  }
}

const single: Readonly<Record<string, FileFunction>> = {
  /** The last part of a path. */
  basename: (_, given) => stringValue(path.basename(given) || (given === '' ? '.' : '/')),
  /** All but the last part of a path. */
  dirname: (_, given) => stringValue(directoryOf(given)),
  /** The path from the root. */
  abspath: (access, given) => stringValue(resolve(access, given)),
  /** The text of a file. */
  file: (access, given) => stringValue(utf8Text(bytesOf(access, given))),
  /** The bytes of a file as base64. */
  filebase64: (access, given) => stringValue(Buffer.from(bytesOf(access, given)).toString('base64')),
  /** The text of a file, with ${ and %{ escaped. */
  fileescaped: (access, given) => stringValue(utf8Text(bytesOf(access, given)).replace(/[$%](?=\{)/g, '$&$&')),
  /** Whether there is such a file. */
  fileexists: (access, given) => boolValue(exists(access, given)),
  /** The path with ~ as the home folder. */
  pathexpand: (access, given) => stringValue(expandHome(access, given)),
};

/** The files below a folder that match a pattern. */
function fileset(access: FileAccess, folder: string, pattern: string): Value {
  if (!access.listFiles) throw new FunctionError('folders cannot be listed here');
  const regex = globToRegex(pattern);
  const files = access.listFiles(resolve(access, folder)).filter((file) => regex.test(file));
  return setValue(stringType, files.map(stringValue));
}

/** The functions of files and their names: abspath, basename, dirname, file, filebase64, fileescaped, fileexists, fileset, pathexpand. */
export function fileFunctions(access: FileAccess): ReadonlyMap<string, HclFunction> {
  return tableOf(() => access);
}

/** The same names where files are out of reach: every call is refused with a reason. */
export const disabledFileFunctions: ReadonlyMap<string, HclFunction> = tableOf(() => {
  throw new FunctionError('files cannot be read here');
});

function tableOf(access: () => FileAccess): ReadonlyMap<string, HclFunction> {
  const table = new Map<string, HclFunction>();
  for (const [name, call] of Object.entries(single)) {
    table.set(
      name,
      define([text('path')], (given) => call(access(), textOf(given))),
    );
  }
  table.set(
    'fileset',
    define([text('path'), text('pattern')], (folder, pattern) => fileset(access(), textOf(folder), textOf(pattern))),
  );
  return table;
}

/** What stands before the last slash, tidied up. */
function directoryOf(given: string): string {
  const folder = path.normalize(given.slice(0, given.lastIndexOf('/') + 1) || '.');
  return folder.length > 1 ? folder.replace(/\/$/, '') : folder;
}
