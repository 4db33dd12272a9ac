import { Readable } from 'node:stream';
import { eventsOf, type StreamEvent } from '../../state/events.ts';
import { RecentChanges } from '../../state/recent-changes.ts';
import type { ChangeSet } from '../../store/contract.ts';
import type { Answer } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { BadRequestError } from '../shared/errors.ts';
import { toJson } from '../shared/json.ts';
import type { ApiRequest } from '../shared/request.ts';
import { type NomadDeps, namespaceOf } from './context.ts';

const HEARTBEAT_MS = 10_000;
/** Bytes that a slow reader may be behind; then the stream is ended, and it may come again. */
const LONGEST_QUEUE = 4 * 1024 * 1024;
const ANY = '*';

/** `/v1/event/stream`: what happens, as it happens, one JSON object per line; an empty one as a sign of life. */
export function eventEndpoints(deps: NomadDeps): Endpoint[] {
  const recent = new RecentChanges(deps.state);
  const stream = (request: ApiRequest): Answer => {
    const wanted = filterOf(request);
    const index = indexOf(request.query.get('index'));
    const stream = lines(deps, recent, { request, index, wanted });
    return { status: 200, body: { kind: 'stream', stream, type: 'application/json', live: true } };
  };
  return [{ path: '/v1/event/stream', methods: { GET: stream } }];
}

type Wanted = (event: StreamEvent) => boolean;

function lines(
  deps: NomadDeps,
  recent: RecentChanges,
  { request, index, wanted }: { request: ApiRequest; index: number; wanted: Wanted },
): Readable {
  const stream = new Readable({
    read() {},
    destroy(_error, done) {
      end();
      done(null);
    },
  });
  const send = (text: string) => {
    stream.push(`${text}\n`);
    if (stream.readableLength > LONGEST_QUEUE) end();
  };
  const onSet = (set: ChangeSet) => {
    const events = eventsOf(deps.state, set).filter(wanted);
    if (events.length > 0) send(toJson({ Index: set.index, Events: events }, false));
  };
  const heartbeat = setInterval(() => send('{}'), HEARTBEAT_MS);
  let ended = false;
  let unfollow: (() => void) | undefined;
  const end = () => {
    if (ended) return;
    ended = true;
    clearInterval(heartbeat);
    unfollow?.();
    stream.push(null);
  };
  // The headers go out with it.
  send('{}');
  unfollow = recent.follow(index, onSet);
  if (ended) unfollow();
  request.signal.addEventListener('abort', end, { once: true });
  return stream;
}

/** `?topic=Job:web&topic=Node` */
function filterOf(request: ApiRequest): Wanted {
  const namespace = namespaceOf(request);
  const topics = request.query.getAll('topic').map(topicOf);
  return (event) => {
    if (event.Namespace !== '' && namespace !== ANY && event.Namespace !== namespace) return false;
    return topics.length === 0 || topics.some((topic) => concerns(topic, event));
  };
}

type Topic = { readonly name: string; readonly key: string };

function concerns({ name, key }: Topic, event: StreamEvent): boolean {
  if (name !== ANY && name !== event.Topic) return false;
  return key === ANY || key === event.Key || (event.FilterKeys ?? []).includes(key);
}

function topicOf(text: string): Topic {
  const [name = '', key = ANY, ...rest] = text.split(':');
  if (rest.length === 0) return { name, key };
  throw new BadRequestError(
    `Invalid topic query: error parsing topics: Invalid key value pair for topic, topic: ${text}`,
  );
}

function indexOf(text: string | null): number {
  if (text === null || text === '') return 0;
  if (/^\d+$/.test(text)) return Number(text);
  throw new BadRequestError(`Unable to parse index: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
}
