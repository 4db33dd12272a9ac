import { existsSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { environmentIn } from '../../jobspec/import/env-file.ts';
import { ImportError } from '../../jobspec/import/errors.ts';
import { importCompose } from '../../jobspec/import/import-compose.ts';
import type { LocalPath } from '../../jobspec/import/project.ts';
import { defineCommand } from '../command.ts';
import { CommandError } from '../errors.ts';
import { readText } from '../read-text.ts';

export const command = defineCommand({
  usage: '[flags] FILE',
  description: `Makes a job file from a Docker Compose file, with comments where something has no equal or needs a thought. Each service
becomes a group of its own; values of the surroundings (\${NAME:-default}, the .env file) become variables. FILE is a path, or
"-" for the standard input. The job file is printed.`,
  args: [1, 1],
  flags: {
    output: { kind: 'text', value: 'FILE', help: 'Write the job file there, if there is none yet' },
    name: { kind: 'text', help: 'Name of the job (default: that of the project, or of the folder)' },
  },
  examples: ['job import compose.yaml', 'job import -output web.nomad.hcl compose.yaml'],
  async run({ flags, args, io }) {
    const path = args[0] ?? '';
    const folder = path === '-' ? process.cwd() : dirname(resolve(path));
    const source = path === '-' ? (await io.input()).toString('utf8') : await readText(path);
    const env = environmentIn(await readText(join(folder, '.env')).catch(() => '')); // most have none
    const text = made(path, () =>
      importCompose({
        ...{ source, env, folder: basename(folder), look: (each) => look(resolve(folder, each)) },
        ...(flags.name !== undefined && { name: flags.name }),
      }),
    );
    if (flags.output === undefined) io.out(text);
    else {
      if (existsSync(flags.output)) throw new CommandError(`${flags.output} exists already: name another file`);
      await writeFile(flags.output, text);
      io.out(`Job file written to ${flags.output}\n`);
    }
    return 0;
  },
});

function look(path: string): LocalPath | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  return { isFile: found.isFile(), isExecutable: (found.mode & 0o100) !== 0, isEmpty: found.size === 0 };
}

function made(path: string, make: () => string): string {
  try {
    return make();
  } catch (error) {
    if (error instanceof ImportError) throw new CommandError(`${path} cannot be imported: ${error.message}`);
    throw error;
  }
}
