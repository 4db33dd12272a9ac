/**
 * Versions as constraints compare them. `version`: any number of numeric parts, a leading "v", an optional prerelease and
 * build. `semver`: exactly Semantic Versioning 2.0. A prerelease only satisfies a bound that names one of the same version
 * (`version`), or is ordered by the standard's rules (`semver`).
 */
export type Version = { readonly parts: readonly number[]; readonly given: number; readonly prerelease: string };

type Flavour = 'version' | 'semver';
type Bound = { readonly operator: string; readonly version: Version };

const VERSION = /^v?(\d+(?:\.\d+)*)(?:-?([0-9A-Za-z~][0-9A-Za-z.~-]*))?(?:\+[0-9A-Za-z.~-]*)?$/;
const SEMVER = /^v?((?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*))(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

export function parseVersion(text: string, flavour: Flavour): Version | undefined {
  const match = (flavour === 'semver' ? SEMVER : VERSION).exec(text.trim());
  if (!match) return undefined;
  const parts = (match[1] as string).split('.').map(Number);
  const given = parts.length;
  while (parts.length < 3) parts.push(0);
  return { parts, given, prerelease: match[2] ?? '' };
}

/** ">= 1.2, < 2.0": all must hold. Undefined if it cannot be read. */
export function parseBounds(text: string, flavour: Flavour): readonly Bound[] | undefined {
  const bounds: Bound[] = [];
  for (const part of text.split(',')) {
    const match = /^\s*(>=|<=|!=|~>|=|>|<)?\s*(\S+)\s*$/.exec(part);
    const version = match && parseVersion(match[2] as string, flavour);
    if (!match || !version || (flavour === 'semver' && match[1] === '~>')) return undefined;
    bounds.push({ operator: match[1] ?? '=', version });
  }
  return bounds;
}

export function satisfies(version: Version, bounds: readonly Bound[], flavour: Flavour): boolean {
  return bounds.every((bound) => meets(version, bound, flavour));
}

function meets(version: Version, { operator, version: bound }: Bound, flavour: Flavour): boolean {
  const order = compare(version, bound);
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '>':
      return order > 0 && comparable(version, bound, flavour);
    case '>=':
      return order >= 0 && comparable(version, bound, flavour);
    case '<':
      return order < 0 && comparable(version, bound, flavour);
    case '<=':
      return order <= 0 && comparable(version, bound, flavour);
    default:
      return order >= 0 && comparable(version, bound, flavour) && sameButLast(version, bound);
  }
}

function comparable(version: Version, bound: Version, flavour: Flavour): boolean {
  if (flavour === 'semver' || version.prerelease === '') return true;
  return bound.prerelease !== '' && comparePartsOf(version, bound) === 0;
}

/** "~> 1.2.3" allows 1.2.x from 1.2.3 on, "~> 1.2" allows 1.x. */
function sameButLast(version: Version, bound: Version): boolean {
  return bound.parts.slice(0, Math.max(1, bound.given - 1)).every((part, at) => version.parts[at] === part);
}

function compare(a: Version, b: Version): number {
  return comparePartsOf(a, b) || comparePrereleases(a.prerelease, b.prerelease);
}

function comparePartsOf(a: Version, b: Version): number {
  const length = Math.max(a.parts.length, b.parts.length);
  for (let at = 0; at < length; at++) {
    const difference = (a.parts[at] ?? 0) - (b.parts[at] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** Semantic Versioning 2.0, rule 11: none is newest; numbers before words; fewer fields first. */
function comparePrereleases(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '' || b === '') return a === '' ? 1 : -1;
  const [left, right] = [a.split('.'), b.split('.')];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const order = compareFields(left[at] as string, right[at] as string);
    if (order !== 0) return order;
  }
  return Math.sign(left.length - right.length);
}

function compareFields(a: string, b: string): number {
  const [numeric, other] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (numeric && other) return Math.sign(Number(a) - Number(b));
  if (numeric !== other) return numeric ? -1 : 1;
  return a < b ? -1 : Number(a > b);
}
