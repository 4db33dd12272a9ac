import { Readable } from 'node:stream';
import { readSnapshot, writeSnapshot } from '../../catalog/snapshot/format.ts';
import { restoreSnapshot } from '../../catalog/snapshot/restore.ts';
import { restoreJobs } from '../../server/restore-jobs.ts';
import { restoreVariables } from '../../server/restore-variables.ts';
import { VERSION } from '../../version.ts';
import { type Answer, empty } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import type { ApiRequest } from '../shared/request.ts';
import type { ConsulApiDeps } from './deps.ts';
import { checkReadParams, readHeaders } from './reading.ts';

/** A snapshot is read as a whole before anything of it is believed. */
const MOST_BYTES = 512 * 1024 * 1024;

/** All of the state as a file, and back. */
export function snapshotEndpoints(deps: ConsulApiDeps): Endpoint[] {
  return [
    {
      path: '/v1/snapshot',
      bodyLimit: MOST_BYTES,
      methods: { GET: (request) => save(deps, request), PUT: (request) => restore(deps, request) },
    },
  ];
}

function save(deps: ConsulApiDeps, { query }: ApiRequest): Answer {
  checkReadParams(deps, query);
  const index = deps.state.index();
  const header = {
    version: VERSION,
    index,
    datacenter: deps.facts.datacenter,
    time: new Date(deps.wallClock()).toISOString(),
  };
  const server = { id: deps.facts.nodeId, address: deps.leader() };
  const stream = writeSnapshot(header, server, deps.state.snapshot());
  return {
    status: 200,
    headers: readHeaders(index, query),
    body: { kind: 'stream', stream, type: 'application/x-gzip' },
  };
}

async function restore(deps: ConsulApiDeps, { query, body }: ApiRequest): Promise<Answer> {
  checkReadParams(deps, query);
  const snapshot = await readSnapshot(Readable.from([body]));
  const alive = deps.members().filter(({ status }) => status === 'alive');
  await restoreSnapshot(deps.state, snapshot, new Set(alive.map(({ name }) => name.toLowerCase())));
  await restoreVariables(deps.state, snapshot.rows);
  await restoreJobs({ state: deps.state, newId: deps.newId, now: deps.wallClock }, snapshot.rows);
  await deps.syncCatalog();
  return empty();
}
