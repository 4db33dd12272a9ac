import { onTestFinished } from 'vitest';
import { openState, type State } from '../../src/state/state.ts';
import { openEmbeddedStore } from '../../src/store/embedded.ts';
import { tempDir } from './temp-dir.ts';

/** The real state over a real store in a folder that is gone afterwards; `reopen` starts it again on the same data. */
export async function openTestState(path?: string): Promise<{ state: State; path: string }> {
  const dir = path ?? (await tempDir());
  const state = await openState(await openEmbeddedStore({ path: dir }));
  onTestFinished(() => state.close());
  return { state, path: dir };
}
