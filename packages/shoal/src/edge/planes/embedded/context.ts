import type { BlockList } from 'node:net';
import type { Counters } from './counters.ts';
import type { Routing } from './routing.ts';
import type { EmbeddedSettings } from './settings.ts';

/** One request in the access log, told when it is over. */
export type AccessEntry = {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  /** 0 when the client was gone before there was an answer. */
  readonly status: number;
  readonly durationMs: number;
  readonly client: string;
  /** `ADDRESS:PORT` of the last instance that was tried; empty when there was none. */
  readonly upstream: string;
  readonly attempts: number;
};

/** What every exchange works with. */
export type PlaneContext = {
  readonly settings: EmbeddedSettings;
  readonly routing: Routing;
  readonly counters: Counters;
  /** Undefined when no proxy is trusted: then nothing is looked up. */
  readonly trusted: BlockList | undefined;
  /** Milliseconds, only ever compared. */
  readonly now: () => number;
  readonly isStopping: () => boolean;
  readonly accessLog: ((entry: AccessEntry) => void) | undefined;
};
