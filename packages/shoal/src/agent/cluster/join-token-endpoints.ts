import { networkInterfaces } from 'node:os';
import type { AgentConfig } from '../../config/agent-config.ts';
import { json } from '../../http/shared/answer.ts';
import type { Endpoint, Handler } from '../../http/shared/api.ts';
import { BadRequestError, ForbiddenOriginError, NotFoundError } from '../../http/shared/errors.ts';
import type { ApiRequest } from '../../http/shared/request.ts';
import { FORWARDED_HEADER } from '../../rpc/protocol.ts';
import type { JoinTokens } from './join-tokens.ts';

const PATH = '/v1/agent/join-tokens';

/**
 * `/v1/agent/join-tokens`: makes (`POST {TTL, Uses}`: milliseconds and a number, both may be missing), lists and revokes tokens. Whoever has one
 * becomes a machine of the cluster, so they are given to this machine's own users alone.
 */
export function joinTokenEndpoints(tokens: JoinTokens | undefined, config: AgentConfig): Endpoint[] {
  const locally =
    (act: (tokens: JoinTokens, request: ApiRequest) => Promise<unknown>): Handler =>
    async (request) => {
      refuseOthers(request);
      if (!tokens) throw new BadRequestError(NO_TOKENS);
      return json(await act(tokens, request));
    };
  const issue = locally(async (issuing, { body }) => {
    const record = await issuing.issue(limitsOf(body));
    return { ...record, servers: [config.advertise.rpc] };
  });
  return [
    {
      path: PATH,
      methods: {
        GET: locally(async (listing) => listing.list()),
        PUT: issue,
        POST: issue,
        DELETE: locally(async (revoking) => ({ revoked: await revoking.revoke() })),
      },
    },
    {
      path: `${PATH}/:id`,
      methods: {
        DELETE: locally(async (revoking, { params }) => {
          const revoked = await revoking.revoke(params['id'] ?? '');
          if (revoked === 0) throw new NotFoundError(`There is no join token "${params['id']}".`);
          return { revoked };
        }),
      },
    },
  ];
}

const NO_TOKENS =
  'This cluster uses certificates of its own (ca_file, cert_file, key_file), so nobody joins with a token. Make a certificate for the agent with "shoal tls cert create -client".';

function refuseOthers({ remoteAddress, headers }: ApiRequest): void {
  if (isThisMachine(remoteAddress) && headers[FORWARDED_HEADER] === undefined) return;
  throw new ForbiddenOriginError('Join tokens are given on the server itself only: run "shoal server token" there.');
}

function isThisMachine(address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  if (plain.startsWith('127.') || plain === '::1') return true;
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some((one) => one.address === plain));
}

function limitsOf(body: Buffer): { ttlMs: number | undefined; uses: number | undefined } {
  const given = body.length === 0 ? {} : parse(body);
  return { ttlMs: positive(given, 'TTL'), uses: positive(given, 'Uses') };
}

function parse(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new BadRequestError('The body must be a JSON object.');
}

/** Missing and 0 mean no limit. */
function positive(given: Record<string, unknown>, field: string): number | undefined {
  const value = given[field] ?? 0;
  if (typeof value !== 'number' || !(value >= 0) || !Number.isFinite(value))
    throw new BadRequestError(`${field} must be a number, 0 or more.`);
  return value === 0 ? undefined : value;
}
