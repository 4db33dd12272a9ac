import { UsageError } from './errors.ts';

/** What `-node-meta KEY=VALUE` asks the API for: `KEY:VALUE`. Throws UsageError. */
export function metaParams(given: readonly string[]): string[] {
  return given.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError(`-node-meta is KEY=VALUE, not "${pair}"`);
    return `${pair.slice(0, at)}:${pair.slice(at + 1)}`;
  });
}
