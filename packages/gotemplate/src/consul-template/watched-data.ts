import { isDeepStrictEqual } from 'node:util';
import { type Dependency, nameOf } from './dependency.ts';
import type { TemplateSource } from './source.ts';
import { goValue } from './values.ts';

/** The data of many templates, kept up to date: what several ask for is asked for once. */
export type WatchedData = {
  /** `changed` is called when something that is wanted has changed, or could not be had. Never from within `want`. */
  subscribe(changed: () => void): Subscription;
  /** Ends all asking. */
  stop(): void;
};

export type Subscription = {
  /** From now on these, and no others. */
  want(dependencies: readonly Dependency[]): void;
  /** The value, or `undefined` while there is none. */
  known(name: string): unknown;
  /** Why the last attempt failed; `undefined` if it did not. */
  failure(name: string): unknown;
  close(): void;
};

export type WatchedDataDeps = {
  readonly source: TemplateSource;
  /** Resolves after `ms`, or as soon as the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** 0 to 1. */
  readonly random: () => number;
};

/** Answers come no faster than this: data that changes all the time is looked at now and then. */
const LEAST_GAP_MS = 100;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 30_000;

type Entry = {
  readonly dependency: Dependency;
  readonly listeners: Set<() => void>;
  readonly over: AbortController;
  answer: unknown;
  value: unknown;
  failure: unknown;
};

export function createWatchedData({ source, sleep, random }: WatchedDataDeps): WatchedData {
  const entries = new Map<string, Entry>();

  function add(name: string, dependency: Dependency, listener: () => void): void {
    const known = entries.get(name);
    if (known !== undefined) {
      known.listeners.add(listener);
      return;
    }
    const entry: Entry = {
      ...{ dependency, listeners: new Set([listener]), over: new AbortController() },
      ...{ answer: undefined, value: undefined, failure: undefined },
    };
    entries.set(name, entry);
    void attend(entry);
  }

  function remove(name: string, listener: () => void): void {
    const entry = entries.get(name);
    entry?.listeners.delete(listener);
    if (entry === undefined || entry.listeners.size > 0) return;
    entries.delete(name);
    entry.over.abort();
  }

  async function attend(entry: Entry): Promise<void> {
    const { signal } = entry.over;
    let after: number | undefined;
    for (let failures = 0; !signal.aborted; ) {
      const asked = performance.now();
      try {
        const { data, index } = await source.ask(entry.dependency, { after, signal });
        if (signal.aborted) return;
        failures = 0;
        take(entry, data);
        // An index that goes back belongs to other data: the next question begins anew.
        after = after !== undefined && index < after ? undefined : index;
        await sleep(Math.max(0, LEAST_GAP_MS - (performance.now() - asked)), signal);
      } catch (error) {
        if (signal.aborted) return;
        fail(entry, error);
        after = undefined;
        await sleep(retryDelay(failures, random()), signal);
        failures += 1;
      }
    }
  }

  function take(entry: Entry, data: unknown): void {
    const isNews = entry.value === undefined || !isDeepStrictEqual(entry.answer, data);
    const hadFailed = entry.failure !== undefined;
    entry.failure = undefined;
    if (!isNews && !hadFailed) return;
    if (isNews) {
      entry.answer = data;
      entry.value = goValue(entry.dependency, data);
    }
    tell(entry);
  }

  // What was known stays known: a Consul that is away for a while takes nothing back.
  function fail(entry: Entry, error: unknown): void {
    const isNews = String(entry.failure) !== String(error);
    entry.failure = error;
    if (isNews) tell(entry);
  }

  function tell({ listeners }: Entry): void {
    for (const listener of [...listeners]) listener();
  }

  return {
    subscribe(changed) {
      let wanted = new Set<string>();
      const listener = () => changed();
      return {
        want(dependencies) {
          const next = new Map(dependencies.map((dependency) => [nameOf(dependency), dependency]));
          for (const [name, dependency] of next) if (!wanted.has(name)) add(name, dependency, listener);
          for (const name of wanted) if (!next.has(name)) remove(name, listener);
          wanted = new Set(next.keys());
        },
        known: (name) => entries.get(name)?.value,
        failure: (name) => entries.get(name)?.failure,
        close() {
          for (const name of wanted) remove(name, listener);
          wanted.clear();
        },
      };
    },
    stop() {
      for (const { over } of entries.values()) over.abort();
      entries.clear();
    },
  };
}

function retryDelay(failures: number, random: number): number {
  const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
  return longest * (0.5 + random / 2);
}
