import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './table.mjs';

const TIMES = 100;

/** Milliseconds that the disk under the agents' data takes to have a page for good: less than this no durable write can take. */
export function flushMs() {
  const dir = mkdtempSync(join(tmpdir(), 'shoal-bench-disk-'));
  const file = openSync(join(dir, 'page'), 'w');
  const page = Buffer.alloc(4096, 1);
  const taken = [];
  for (let at = 0; at < TIMES; at += 1) {
    writeSync(file, page, 0, page.length, (at % 10) * page.length);
    const begun = performance.now();
    fdatasyncSync(file);
    taken.push(performance.now() - begun);
  }
  closeSync(file);
  rmSync(dir, { recursive: true });
  return median(taken);
}
