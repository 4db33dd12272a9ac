import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CatalogMirror } from '../../catalog/mirror/mirror.ts';
import { keepMirror, type MirrorKeeper, readMirror } from '../../catalog/mirror/mirror-file.ts';
import { remoteCatalogWriter, type SentRows } from '../../catalog/remote-writer.ts';
import type { CatalogWriter } from '../../catalog/writer.ts';
import type { AgentConfig, TlsFiles } from '../../config/agent-config.ts';
import type { Log } from '../../log.ts';
import type { AgentHello } from '../../rpc/agent-requests.ts';
import { Link } from '../../rpc/link.ts';
import { PATHS, roleName } from '../../rpc/protocol.ts';
import { parseServer, type ServerAddress, ServerList, serverText } from '../../rpc/server-list.ts';
import { fingerprint, type Identity, identityFromFiles } from '../../rpc/tls/identity.ts';
import { openState, type State } from '../../state/state.ts';
import { VERSION } from '../../version.ts';
import { followCatalog } from './follow-catalog.ts';
import { Heartbeat } from './heartbeat.ts';
import { keepRenewing, memberIdentity } from './identity.ts';

/** An agent's part in a cluster whose servers are elsewhere. */
export type Membership = {
  readonly link: Link;
  readonly servers: ServerList;
  /** The catalog as it is known here. */
  readonly state: State;
  readonly mirror: CatalogMirror;
  readonly writer: CatalogWriter;
  /** No server answers at present. */
  isAway(): boolean;
  /** Resolves when what a server has answered for can be read here, too, or cannot be waited for. */
  caughtUp(): Promise<void>;
  /** Called when what was written meanwhile has to be compared. */
  onReturn(listener: () => void): void;
  /** The user's certificates again, perhaps from other files. Those that cannot be read leave the former ones in force. */
  readCertificates(files: TlsFiles): Promise<void>;
  /** The agent goes for good: what runs here is placed elsewhere, and its services leave the catalog. */
  leave(): Promise<void>;
  stop(): Promise<void>;
};

export type MembershipDeps = {
  readonly config: AgentConfig;
  readonly dataDir: string;
  readonly node: { readonly id: string; readonly secret: string };
  readonly servers: readonly ServerAddress[];
  readonly signal: AbortSignal;
  readonly log: Log;
};

const DEFAULT_RPC_PORT = 4647;
const CATALOG_TIMEOUT_MS = 3_000;
const LEAVE_TIMEOUT_MS = 5_000;
const CAUGHT_UP_MS = 2_000;

/** Where the servers are, by the configuration. What is no address is told of and passed over. */
export function configuredServers({ join: { addresses }, client, ports }: AgentConfig, log: Log): ServerAddress[] {
  return [...addresses, ...client.servers].flatMap((text) => {
    const server = parseServer(text, ports.rpc || DEFAULT_RPC_PORT);
    if (!server) log.warn({ address: text }, 'agent: this is no address of a server (host, or host:port); passed over');
    return server ?? [];
  });
}

/** Joins if this agent has not joined yet; then resolves when a server has taken it, or none has answered for a moment. */
export async function startMembership(deps: MembershipDeps): Promise<Membership> {
  const { config, dataDir, node, log } = deps;
  const dir = join(dataDir, 'tls');
  const serversFile = join(dataDir, 'agent', 'servers.json');
  const servers = new ServerList(deps.servers);
  servers.learn(await readServers(serversFile));
  let identity: Identity = await memberIdentity({ config, dir, nodeId: node.id, servers, signal: deps.signal, log });

  const link = new Link({
    identity: () => identity,
    serverNames: serverNames(config),
    servers,
    node: { nodeId: node.id, secret: node.secret },
  });
  const returns = new Set<() => void>();
  const hasReturned = () => {
    for (const listener of returns) listener();
  };
  const hello = helloOf(config, node.id);
  const heartbeat = new Heartbeat({
    link,
    servers,
    agent: hello,
    onReturn: hasReturned,
    onServers: () =>
      void writeServers(serversFile, servers).catch((error: unknown) =>
        log.warn({ error: String(error) }, 'agent: the addresses of the servers could not be saved'),
      ),
    log,
  });
  const { mirror, keeper, state } = await openMirror({ dataDir, identity, log });
  try {
    await heartbeat.start();
  } catch (error) {
    link.stop();
    await keeper.stop();
    throw error;
  }
  const following = followCatalog({ mirror, link, onCurrent: hasReturned, random: Math.random, log });
  if (!config.tls.files) {
    const replace = (next: Identity) => {
      identity = next;
    };
    keepRenewing({ identity: () => identity, replace, link, dir, signal: link.stopped, log });
  }

  return {
    link,
    servers,
    state,
    mirror,
    writer: remoteCatalogWriter(remoteCatalog(link, heartbeat), mirror, state),
    isAway: () => heartbeat.isAway,
    onReturn: (listener) => void returns.add(listener),
    async caughtUp() {
      const options = { signal: link.stopped, timeoutMs: CATALOG_TIMEOUT_MS, down: 'fail' } as const;
      const asked = link.call<{ index: number }>(PATHS.catalogIndex, {}, options);
      await asked.then(
        ({ index }) => mirror.reached(index, CAUGHT_UP_MS),
        () => undefined,
      );
    },
    async readCertificates(files) {
      identity = await identityFromFiles(files);
    },
    async leave() {
      const options = { signal: link.stopped, timeoutMs: LEAVE_TIMEOUT_MS, down: 'fail' } as const;
      await link
        .call(PATHS.leave, { agent: hello }, options)
        .catch((error: unknown) =>
          log.warn({ error: String(error) }, 'agent: the servers could not be told that it leaves'),
        );
    },
    async stop() {
      returns.clear();
      link.stop();
      await following;
      await keeper.stop();
      await state.close();
    },
  };
}

/** An agent that knows no server: its catalog is what it registers itself. */
export async function standaloneMirror(dataDir: string, log: Log) {
  const { mirror, keeper, state } = await openMirror({ dataDir, identity: undefined, log });
  const never = () => Promise.reject(new Error('this agent knows no server'));
  const writer = remoteCatalogWriter({ isAway: () => true, read: never, write: never }, mirror, state);
  return {
    state,
    writer,
    async stop() {
      await keeper.stop();
      await state.close();
    },
  };
}

type OpenMirror = { mirror: CatalogMirror; keeper: MirrorKeeper; state: State };

async function openMirror(deps: { dataDir: string; identity: Identity | undefined; log: Log }): Promise<OpenMirror> {
  const path = join(deps.dataDir, 'agent', 'catalog.json');
  const cluster = deps.identity ? fingerprint(deps.identity.authority).toString('hex') : 'none';
  const mirror = new CatalogMirror(await readMirror(path, cluster));
  const onFailure = (error: unknown) =>
    deps.log.warn({ error: String(error) }, 'catalog: what is known of it could not be saved');
  const onDefect = (error: unknown) =>
    deps.log.error({ error: String(error) }, 'state: a change could not be taken in by all');
  return {
    mirror,
    keeper: keepMirror({ mirror, path, cluster, onFailure }),
    state: await openState(mirror, { onDefect }),
  };
}

/** Certificates of the cluster's own authority have the first name; those that users bring may have the peers'. */
function serverNames({ region, datacenter, dns: { domain }, tls }: AgentConfig): [string, ...string[]] {
  const own = roleName('server', region);
  return tls.files ? [own, `server.${datacenter}.${domain}`, `server.${region}.nomad`] : [own];
}

function helloOf({ nodeName, advertise, datacenter, region }: AgentConfig, nodeId: string): AgentHello {
  return { nodeId, name: nodeName, address: advertise.address, datacenter, region, version: VERSION };
}

function remoteCatalog(link: Link, heartbeat: Heartbeat) {
  const options = { signal: link.stopped, timeoutMs: CATALOG_TIMEOUT_MS, down: 'fail' } as const;
  return {
    isAway: () => heartbeat.isAway,
    read: (node: string, scope: unknown) => link.call<SentRows>(PATHS.readCatalog, { node, scope }, options),
    write: (node: string, change: unknown) =>
      link.call<{ index: number }>(PATHS.writeCatalog, { node, change }, options),
  };
}

async function readServers(path: string): Promise<ServerAddress[]> {
  try {
    const saved: unknown = JSON.parse(await readFile(path, 'utf8'));
    return Array.isArray(saved) ? saved.flatMap((text) => parseServer(String(text), 0) ?? []) : [];
  } catch {
    // Missing at the first start; the configured ones are always known.
    return [];
  }
}

async function writeServers(path: string, servers: ServerList): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, JSON.stringify(servers.learnt().map(serverText)), { mode: 0o600 });
  await rename(`${path}.new`, path);
}
