// Runs scheduler.ts: node bench/scheduler.mjs [part of a case's name]   (SECONDS=3: at most, per case)
import { importBundled } from './support/bundle.mjs';

await importBundled('scheduler.ts');
