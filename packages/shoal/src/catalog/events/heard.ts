import { compileRegexp } from '../../regexp.ts';
import type { EventRow } from '../../state/rows.ts';
import type { State } from '../../state/state.ts';
import type { ServiceDefinition } from '../registry/definitions.ts';
import { eventIndex } from './event-id.ts';
import { MOST_EVENTS } from './fire.ts';

/** The events that concern this agent, in the order in which they came. What it offers at that moment decides. */
export type HeardEvents = {
  start(): void;
  stop(): void;
  /** With that name, or all. */
  list(name: string): { events: readonly EventRow[]; index: string };
  /** True when something was heard; false at the time-out or when the signal fires. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<boolean>;
};

export type HeardEventsDeps = {
  readonly state: State;
  readonly nodeName: string;
  readonly services: () => Iterable<Pick<ServiceDefinition, 'name' | 'tags'>>;
};

export function hearEvents({ state, nodeName, services }: HeardEventsDeps): HeardEvents {
  const heard: EventRow[] = [];
  let stopFollowing: (() => void) | undefined;
  return {
    start() {
      if (stopFollowing) return;
      for (const event of state.tables.events.scan()) hear(event);
      stopFollowing = state.follow(({ changes }) => {
        for (const { table, value } of changes) if (table === 'events' && value) hear(value as EventRow);
      });
    },
    stop() {
      stopFollowing?.();
      stopFollowing = undefined;
    },
    list(name) {
      const events = name === '' ? [...heard] : heard.filter((event) => event.Name === name);
      const last = events.at(-1);
      // Never 0: clients take 0 for "do not block".
      return { events, index: last ? eventIndex(last.ID) : '1' };
    },
    wait: (timeoutMs, signal) => state.wait({ topics: new Set(['events']), prefixes: [] }, timeoutMs, signal),
  };

  function hear(event: EventRow): void {
    if (!concerns(event)) return;
    heard.push(event);
    if (heard.length > MOST_EVENTS) heard.shift();
  }

  function concerns({ NodeFilter, ServiceFilter, TagFilter }: EventRow): boolean {
    if (!matches(NodeFilter, nodeName)) return false;
    if (ServiceFilter === '') return true;
    return [...services()].some(
      ({ name, tags }) =>
        matches(ServiceFilter, name) && (TagFilter === '' || tags.some((tag) => matches(TagFilter, tag))),
    );
  }
}

function matches(filter: string, text: string): boolean {
  if (filter === '') return true;
  const compiled = compileRegexp(filter);
  return !('error' in compiled) && compiled.test(text);
}
