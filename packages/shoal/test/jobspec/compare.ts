/** Maps whose keys are the user's; everywhere else a member that the recording lacks is a later version's field. */
const USER_MAP = /\.(Config|Env|Meta|CanaryMeta|Options|GetterOptions|Header|Policy|Sysctl)(\W|$)/;

type Difference = { at: string; want: unknown; got: unknown };

/** The first place where `got` is not what was recorded, by the rules of the recordings' README. */
export function firstDifference(want: unknown, got: unknown, at = '$'): Difference | undefined {
  if (want === got) return undefined;
  if (kind(want) !== kind(got) || typeof want !== 'object' || want === null) return { at, want, got };
  return Array.isArray(want)
    ? listDifference(want, got as unknown[], at)
    : objectDifference(want as Record<string, unknown>, got as Record<string, unknown>, at);
}

function listDifference(want: unknown[], got: unknown[], at: string): Difference | undefined {
  if (want.length !== got.length) return { at: `${at}.length`, want, got };
  return firstOf(want.keys(), (index) => firstDifference(want[index], got[index], `${at}[${index}]`));
}

function objectDifference(want: Record<string, unknown>, got: Record<string, unknown>, at: string) {
  const keys = new Set([...Object.keys(want), ...Object.keys(got)]);
  return firstOf(keys, (key) => {
    if (!Object.hasOwn(want, key) && !USER_MAP.test(at)) return undefined;
    return firstDifference(want[key], got[key], `${at}.${key}`);
  });
}

function firstOf<T>(items: Iterable<T>, find: (item: T) => Difference | undefined): Difference | undefined {
  for (const item of items) {
    const found = find(item);
    if (found) return found;
  }
  return undefined;
}

function kind(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
