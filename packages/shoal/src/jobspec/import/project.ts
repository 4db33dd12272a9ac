import type { Expression } from './hcl-text.ts';

/** What a service needs to know of its project. */
export type Project = {
  readonly name: string;
  /** What Docker calls a volume of the project. */
  readonly volume: (name: string) => string;
  readonly secrets: unknown;
  readonly configs: unknown;
  /** Ports of services that others name, by service. */
  readonly mentioned: ReadonlyMap<string, ReadonlySet<string>>;
  /** The names by which services are found here, by those that Compose has for them. */
  readonly addresses: ReadonlyMap<string, string>;
  readonly write: (text: string) => Expression;
  /** A text with the values that are known, for what must be a number; undefined where one is not. */
  readonly resolve: (text: string) => string | undefined;
};

/** A service's name among the others: DNS has no underscores. */
export function serviceName(name: string): string {
  return name.replace(/[^A-Za-z0-9-]/g, '-').slice(0, 63);
}
