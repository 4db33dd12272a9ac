import type { Answer, BlockingOptions } from '../blocking.ts';

/**
 * Which of a list, in which order, how much at once. Lists of what has an index come oldest first, others by id; `reverse` turns that round.
 * `filter` is an expression (https://developer.hashicorp.com/nomad/api-docs#filtering). A page of `perPage` tells in `nextToken` of its answer
 * how the next one is asked for.
 */
export type ListOptions = BlockingOptions & {
  readonly prefix?: string;
  readonly filter?: string;
  readonly perPage?: number;
  readonly nextToken?: string;
  readonly reverse?: boolean;
};

/** `nextToken` asks for the next page; undefined after the last. */
export type Page<T> = Answer<T[]> & { readonly nextToken: string | undefined };
