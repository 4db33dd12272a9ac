import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Diagnostic, format } from '@shoal/hcl';
import { defineCommand } from '../command.ts';
import { CommandError } from '../errors.ts';
import type { Io } from '../io.ts';
import { diagnosticFrames } from '../show/diagnostic-frames.ts';
import { diagnosticsJson } from '../show/diagnostics-json.ts';

export const command = defineCommand({
  usage: '[flags] [PATH…]',
  description: `Brings job files and configuration files into the canonical layout: two blanks per level, equals signs and comments of
neighbouring lines below each other. Comments, strings and heredocs stay as they are, and what a file means never changes.

PATH is a file, or a folder with .nomad and .hcl files; "-" is the standard input, which is written to the standard output.
Without one it is the current folder. Files whose layout is changed are listed. Ends with 1 if a file cannot be read as HCL.`,
  args: [0, Number.POSITIVE_INFINITY],
  flags: {
    check: { kind: 'bool', help: 'Change nothing, and end with 1 if something would be changed' },
    list: { kind: 'bool', help: 'List the files that are changed; -list=false does not' },
    recursive: { kind: 'bool', help: 'Take the folders inside of folders, too' },
    write: { kind: 'bool', help: 'Write the files; -write=false does not' },
    json: { kind: 'bool', help: 'Print mistakes as JSON' },
  },
  examples: ['fmt', 'fmt -check -recursive jobs', 'fmt - < web.nomad'],
  async run({ flags, args, io }) {
    const sources = await sourcesOf(args.length === 0 ? ['.'] : args, flags.recursive === true, io);
    const results = sources.map((each): Result => ({ ...each, ...format(each.source, each.filename) }));
    const changed = results.filter(({ text, source }) => text !== undefined && text !== source);
    const mistaken = results.filter(({ text }) => text === undefined);
    const isWriting = flags.check !== true && flags.write !== false;
    for (const result of results) {
      const { path, text } = result;
      if (path === undefined && text !== undefined && !flags.check) io.out(text);
      else if (path !== undefined && isWriting && changed.includes(result)) await writeFile(path, text ?? '');
    }
    if (flags.list !== false) for (const { path } of changed) if (path !== undefined) io.out(`${path}\n`);
    tellMistakes(mistaken, flags.json === true, io);
    return mistaken.length > 0 || (flags.check && changed.length > 0) ? 1 : 0;
  },
});

/** `path` is missing for the standard input. */
type Source = { readonly path?: string; readonly filename: string; readonly source: string };
type Result = Source & { readonly text?: string; readonly diagnostics: readonly Diagnostic[] };

function tellMistakes(results: readonly Result[], asJson: boolean, io: Io): void {
  const diagnostics = results.flatMap((each) => each.diagnostics);
  const sources = new Map(results.map(({ filename, source }) => [filename, source]));
  if (asJson) io.out(diagnosticsJson(diagnostics, sources));
  else if (diagnostics.length > 0) io.err(diagnosticFrames(diagnostics, sources, io));
}

async function sourcesOf(paths: readonly string[], recursive: boolean, io: Io): Promise<Source[]> {
  const sources: Source[] = [];
  for (const path of paths) {
    if (path === '-') sources.push({ filename: 'stdin', source: (await io.input()).toString('utf8') });
    else for (const file of await filesAt(path, recursive)) sources.push(await sourceAt(file));
  }
  return sources;
}

async function sourceAt(path: string): Promise<Source> {
  return { path, filename: path, source: await readFile(path, 'utf8') };
}

/** A file by its name, whatever it is called; of a folder those that are HCL by their names. */
async function filesAt(path: string, recursive: boolean): Promise<string[]> {
  if (!(await isFolder(path))) return [path];
  const items = (await readdir(path, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const found: string[] = [];
  for (const item of items) {
    const inner = join(path, item.name);
    if (item.isDirectory() && recursive && !item.name.startsWith('.')) found.push(...(await filesAt(inner, true)));
    else if (item.isFile() && /\.(?:nomad|hcl)$/.test(item.name)) found.push(inner);
  }
  return found;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    throw new CommandError(`there is no file or folder ${path}`);
  }
}
