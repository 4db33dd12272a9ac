// Bundles the program: `shoal` with its parts loaded on demand, the supervisor, the scheduler's worker. lmdb and the terminals' addon are native and stay outside.
import { chmodSync, copyFileSync, readdirSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const shoal = fileURLToPath(new URL('../packages/shoal/', import.meta.url));
const dist = join(shoal, 'dist');
const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  conditions: ['source'],
  external: ['lmdb', '@lydell/node-pty'],
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  // An agent keeps its source in memory, with two bytes for each character if a comment has one beyond Latin-1. Names stay: stacks are read.
  minifyWhitespace: true,
  logLevel: 'warning',
  metafile: true,
  // CommonJS dependencies call require for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
};

const command = await build({
  ...common,
  entryPoints: { shoal: join(shoal, 'src/cli/main.ts') },
  outdir: dist,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  banner: { js: `#!/usr/bin/env node\n${common.banner.js}` },
});
const parts = await build({
  ...common,
  entryPoints: {
    supervisor: join(shoal, 'src/client/supervisor/main.ts'),
    'scheduler-worker': join(shoal, 'src/scheduler/worker.ts'),
  },
  outdir: dist,
});
chmodSync(join(dist, 'shoal.js'), 0o755);
// Only now, what an earlier build left: a program that is being started meanwhile finds its parts all the time.
const made = new Set(
  [command, parts].flatMap(({ metafile }) =>
    Object.keys(metafile.outputs).map((path) => relative(dist, resolve(path))),
  ),
);
for (const item of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const path = relative(dist, join(item.parentPath ?? item.path, item.name));
  if (item.isFile() && !made.has(path)) rmSync(join(dist, path));
}
// The package shows the repository's own.
for (const name of ['README.md', 'LICENSE']) copyFileSync(join(shoal, '../..', name), join(shoal, name));
