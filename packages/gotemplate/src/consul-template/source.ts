import type { Dependency } from './dependency.ts';

/** Where the data of templates comes from: a Consul agent, files, a set of values. */
export type TemplateSource = {
  /**
   * The data of a dependency, in the form of `Answers`. With `after` (the `index` of an answer before) it comes when there may be something newer.
   * Throws when it cannot be had; it is asked again later.
   */
  ask(dependency: Dependency, options: AskOptions): Promise<SourceAnswer>;
};

export type AskOptions = { readonly after: number | undefined; readonly signal: AbortSignal };

export type SourceAnswer = { readonly data: unknown; readonly index: number };
