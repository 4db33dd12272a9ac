import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { backoff } from '../../client/backoff.ts';
import type { AgentConfig } from '../../config/agent-config.ts';
import type { Log } from '../../log.ts';
import type { Certified } from '../../rpc/agent-requests.ts';
import { pause } from '../../rpc/deadline.ts';
import { ServersUnavailableError } from '../../rpc/errors.ts';
import type { Link } from '../../rpc/link.ts';
import { Names } from '../../rpc/names.ts';
import { PATHS } from '../../rpc/protocol.ts';
import { parseServer, type ServerList } from '../../rpc/server-list.ts';
import {
  fingerprint,
  type Identity,
  identityFromFiles,
  isRenewalDue,
  keepIdentity,
  keptIdentity,
} from '../../rpc/tls/identity.ts';
import { joinCluster } from '../../rpc/tls/join.ts';
import { type JoinToken, readJoinToken } from '../../rpc/tls/join-token.ts';
import { MembershipEndedError, NoJoinTokenError, OtherMembershipError } from './errors.ts';

export const TOKEN_VARIABLE = 'SHOAL_JOIN_TOKEN';
const RETRY = { baseMs: 500, maxMs: 5_000 };
/** A progress line at most this often. */
const PROGRESS_MS = 10_000;
const SKEW_WARNING_MS = 60_000;
const RENEWAL_EVERY_MS = 6 * 60 * 60 * 1000;

export type IdentityDeps = {
  readonly config: AgentConfig;
  /** `<data_dir>/tls` */
  readonly dir: string;
  readonly nodeId: string;
  readonly servers: ServerList;
  readonly signal: AbortSignal;
  readonly log: Log;
};

/**
 * What this agent shows to the servers: the files that the user brings, or what it got when it joined, or what it gets now for its token. While no
 * server answers it goes on asking; what no further attempt can mend is thrown.
 */
export async function memberIdentity(deps: IdentityDeps): Promise<Identity> {
  const { config, dir } = deps;
  if (config.tls.files) return identityFromFiles(config.tls.files);
  const token = await joinToken(config);
  const kept = await keptIdentity(dir);
  if (kept && token && !fingerprint(kept.authority).equals(token.authority)) throw new OtherMembershipError(dir);
  if (kept && !hasEnded(kept)) return kept;
  if (!token) throw kept ? new MembershipEndedError(endOf(kept), dir) : new NoJoinTokenError(String(deps.servers));
  return joinWith(token, deps);
}

async function joinToken({ join: { token, tokenFile } }: AgentConfig): Promise<JoinToken | undefined> {
  const given = token ?? (tokenFile && (await readFile(tokenFile, 'utf8'))) ?? process.env[TOKEN_VARIABLE];
  return given === undefined || given.trim() === '' ? undefined : readJoinToken(given);
}

async function joinWith(token: JoinToken, deps: IdentityDeps): Promise<Identity> {
  const { servers, config, nodeId, signal, log, dir } = deps;
  const names = new Names();
  let toldAt = Number.NEGATIVE_INFINITY;
  log.info({ servers: String(servers) }, 'agent: joining the cluster');
  for (let attempt = 0; ; attempt += 1) {
    try {
      const joined = await joinCluster({
        servers,
        names,
        token,
        region: config.region,
        nodeId,
        name: config.nodeName,
        signal,
      });
      await keepIdentity(dir, joined.identity);
      servers.learn(joined.servers.flatMap((text) => parseServer(text, 0) ?? []));
      tellSkew(joined.serverNow, log);
      log.info({}, 'agent: joined; the token is not needed any more');
      return joined.identity;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ServersUnavailableError)) throw error;
      if (performance.now() - toldAt > PROGRESS_MS) {
        toldAt = performance.now();
        log.info({ reason: causeOf(error) }, `agent: no server answers yet (${servers}); trying again until one does`);
      }
    }
    await pause(backoff(attempt, RETRY, Math.random), signal);
    signal.throwIfAborted();
  }
}

function causeOf({ cause }: Error): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function tellSkew(serverNow: number, log: Log): void {
  const skewMs = Date.now() - serverNow;
  if (Math.abs(skewMs) < SKEW_WARNING_MS) return;
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  log.warn(
    { seconds },
    `agent: the clock of this machine is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} the server's: times in logs and statuses will not fit together, and certificates may be refused`,
  );
}

function hasEnded({ certificate }: Identity): boolean {
  return Date.parse(new X509Certificate(certificate).validTo) <= Date.now();
}

function endOf({ certificate }: Identity): string {
  return new X509Certificate(certificate).validTo;
}

/** Keeps the certificate fresh, unless the user brought it. */
export function keepRenewing(deps: {
  readonly identity: () => Identity;
  readonly replace: (identity: Identity) => void;
  readonly link: Link;
  readonly dir: string;
  readonly signal: AbortSignal;
  readonly log: Log;
}): void {
  const { link, log, signal } = deps;
  const renew = async () => {
    if (!isRenewalDue(deps.identity(), Date.now())) return;
    const { createRequest } = await import('../../rpc/tls/authority.ts');
    const { request, key } = await createRequest();
    const { authority, certificate } = await link.call<Certified>(PATHS.certificate, { request }, { signal });
    const identity = { authority, certificate, key };
    await keepIdentity(deps.dir, identity);
    deps.replace(identity);
    log.info({}, 'agent: the certificate was renewed');
  };
  const attempt = () =>
    void renew().catch((error: unknown) =>
      log.warn({ error: String(error) }, 'agent: the certificate could not be renewed; trying again in some hours'),
    );
  const timer = setInterval(attempt, RENEWAL_EVERY_MS).unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  attempt();
}
