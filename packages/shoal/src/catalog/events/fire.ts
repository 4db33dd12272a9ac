import { compileRegexp } from '../../regexp.ts';
import type { EventRow } from '../../state/rows.ts';
import type { State } from '../../state/state.ts';
import type { Tables } from '../../state/tables.ts';
import type { Op, Txn } from '../../store/contract.ts';
import { commitPlanned } from '../commit.ts';
import type { Unstamped } from '../registration.ts';
import { EventInvalidError } from './errors.ts';

/** Events that are kept. Who comes later misses the older ones: an event is no queue. */
export const MOST_EVENTS = 256;
/** Consul's limit for what travels. */
const MAX_BYTES = 512;

export type EventRequest = {
  readonly name: string;
  readonly payload: Buffer;
  /** Regular expressions; '' for any. An agent takes the event if its node, one of its services, and a tag of that match. */
  readonly nodeFilter: string;
  readonly serviceFilter: string;
  readonly tagFilter: string;
};

export type FiredEvent = Unstamped<EventRow>;

/** Tells all agents of the event. Rejects with EventInvalidError. */
export async function fireEvent(state: State, request: EventRequest, id: string): Promise<FiredEvent> {
  validate(request);
  const { result } = await commitPlanned(state, (tables) => {
    const event = eventOf(request, id, lastTime(tables) + 1);
    return { txn: eventTxn(tables, event), result: event };
  });
  return result;
}

/** Throws EventInvalidError. */
function validate({ name, payload, nodeFilter, serviceFilter, tagFilter }: EventRequest): void {
  for (const [what, filter] of Object.entries({ node: nodeFilter, service: serviceFilter, tag: tagFilter })) {
    const compiled = compileRegexp(filter);
    if ('error' in compiled) throw new EventInvalidError(`Invalid ${what} filter: ${compiled.error}`);
  }
  if (tagFilter !== '' && serviceFilter === '')
    throw new EventInvalidError('Cannot provide tag filter without service filter');
  const bytes = payload.length + Buffer.byteLength(name + nodeFilter + serviceFilter + tagFilter);
  if (bytes > MAX_BYTES)
    throw new EventInvalidError(
      `1 error occurred:\n\t* error broadcasting event to segment "": user event exceeds configured limit of ${MAX_BYTES} bytes before encoding\n\n`,
    );
}

function eventOf(request: EventRequest, ID: string, LTime: number): FiredEvent {
  return {
    ID,
    Name: request.name,
    Payload: request.payload.length === 0 ? null : request.payload.toString('base64'),
    NodeFilter: request.nodeFilter,
    ServiceFilter: request.serviceFilter,
    TagFilter: request.tagFilter,
    LTime,
  };
}

function lastTime({ events }: Tables): number {
  let last = 0;
  for (const { LTime } of events.values()) last = Math.max(last, LTime);
  return last;
}

/** Two events cannot have the same time: the second to be written is given another. */
function eventTxn({ events }: Tables, event: FiredEvent): Txn {
  const key = eventKey(event.LTime);
  const old = [...events.keys()].slice(0, Math.max(0, events.size + 1 - MOST_EVENTS));
  const removals = old.map((oldest): Op => ({ kind: 'delete', table: 'events', key: oldest }));
  return {
    ops: [{ kind: 'put', table: 'events', key, value: event }, ...removals],
    require: [{ table: 'events', key, modifyIndex: 0 }],
  };
}

function eventKey(time: number): string {
  return String(time).padStart(16, '0');
}
