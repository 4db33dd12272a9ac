import type { Expression } from './hcl-text.ts';
import type { PublishedPort } from './ports.ts';

export type LocalPath = { readonly isFile: boolean; readonly isExecutable: boolean; readonly isEmpty: boolean };

/** What services tell of each other. */
export type Mentions = {
  /** Ports that are named in anybody's environment, by service. */
  readonly ports: ReadonlyMap<string, ReadonlySet<number>>;
  /** Services that others name without a port. */
  readonly alone: ReadonlySet<string>;
  /** Services that others depend on. */
  readonly needed: ReadonlySet<string>;
};

/** What a service needs to know of its project. */
export type Project = {
  readonly name: string;
  /** What Docker calls a volume of the project. */
  readonly volume: (name: string) => string;
  readonly secrets: unknown;
  readonly configs: unknown;
  readonly mentioned: Mentions;
  readonly hosts: ReadonlyMap<string, string>;
  /** Ports by service: those that are published, exposed or named. */
  readonly ports: ReadonlyMap<string, readonly PublishedPort[]>;
  /** A file or folder of the developer's machine; undefined where there is none, or nobody can look. */
  readonly look: (path: string) => LocalPath | undefined;
  readonly write: (text: string) => Expression;
  /** A text with the values that are known, for what must be a number; undefined where one is not. */
  readonly resolve: (text: string) => string | undefined;
};

/** A service's name among the others: DNS has no underscores. */
export function serviceName(name: string): string {
  return name.replace(/[^A-Za-z0-9-]/g, '-').slice(0, 63);
}
