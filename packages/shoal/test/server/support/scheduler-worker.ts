import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const sources = fileURLToPath(new URL('../../../src/', import.meta.url));
const ROOMS = ['scheduler', 'state', 'jobspec'];

/** The bundled worker of the scheduler as its sources are now, built once for each state of them. Returns its path. */
export async function buildSchedulerWorker(): Promise<string> {
  const key = createHash('sha256').update(ROOMS.flatMap(stamps).join('\n')).digest('hex').slice(0, 16);
  const outfile = join(tmpdir(), `shoal-test-build-${process.getuid?.() ?? 0}`, key, 'scheduler-worker.mjs');
  if (statSync(outfile, { throwIfNoEntry: false })) return outfile;
  mkdirSync(dirname(outfile), { recursive: true });
  // Test files run side by side: none may see half a file.
  const mine = `${outfile}.${process.pid}.mjs`;
  await build({
    entryPoints: [join(sources, 'scheduler/worker.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['source'],
    outfile: mine,
    logLevel: 'warning',
  });
  renameSync(mine, outfile);
  return outfile;
}

function stamps(room: string): string[] {
  return readdirSync(join(sources, room), { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map((item) => join(item.parentPath, item.name))
    .map((path) => `${path} ${statSync(path).mtimeMs}`);
}
