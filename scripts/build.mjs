// Bundles the program: `shoal` with its parts loaded on demand, the supervisor, the scheduler's worker. lmdb is native and stays outside.
import { chmodSync, copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
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
  external: ['lmdb'],
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  // An agent keeps its source in memory, with two bytes for each character if a comment has one beyond Latin-1. Names stay: stacks are read.
  minifyWhitespace: true,
  logLevel: 'warning',
  // CommonJS dependencies call require for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
};

rmSync(dist, { recursive: true, force: true });
await build({
  ...common,
  entryPoints: { shoal: join(shoal, 'src/cli/main.ts') },
  outdir: dist,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  banner: { js: `#!/usr/bin/env node\n${common.banner.js}` },
});
await build({
  ...common,
  entryPoints: {
    supervisor: join(shoal, 'src/client/supervisor/main.ts'),
    'scheduler-worker': join(shoal, 'src/scheduler/worker.ts'),
  },
  outdir: dist,
});
chmodSync(join(dist, 'shoal.js'), 0o755);
// The package shows the repository's own.
for (const name of ['README.md', 'LICENSE']) copyFileSync(join(shoal, '../..', name), join(shoal, name));
