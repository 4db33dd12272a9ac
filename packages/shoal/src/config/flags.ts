import type { Setting, SettingName, Settings } from './settings.ts';

/** What `shoal agent` may be told on the command line, beside `-config`. Each flag is written with one hyphen or two. */
export type AgentFlags = Partial<{
  dev: boolean;
  server: boolean;
  client: boolean;
  edge: boolean;
  bind: string;
  clientAddr: string;
  advertise: string;
  node: string;
  nodeId: string;
  nodeClass: string;
  dataDir: string;
  datacenter: string;
  region: string;
  domain: string;
  altDomain: readonly string[];
  recursor: readonly string[];
  bootstrapExpect: number;
  join: readonly string[];
  retryJoin: readonly string[];
  joinToken: string;
  joinTokenFile: string;
  servers: readonly string[];
  networkInterface: string;
  meta: Record<string, string>;
  logLevel: string;
  logJson: boolean;
  logFile: string;
  rawExec: boolean;
  ui: boolean;
  httpPort: number;
  consulHttpPort: number;
  dnsPort: number;
  rpcPort: number;
  edgeHttpPort: number;
  edgeHttpsPort: number;
}>;

type FlagName = keyof AgentFlags;

export type FlagDefinition = {
  readonly flag: FlagName;
  /** Names on the command line, the first one is shown; all of them come without hyphens. */
  readonly names: readonly string[];
  readonly value: 'flag' | 'text' | 'number' | 'texts' | 'pairs';
  readonly to: readonly SettingName[];
  readonly help: string;
};

/** Every flag once: the command line, the documentation and `applyFlags` go by this table. */
export const AGENT_FLAGS: readonly FlagDefinition[] = [
  define('dev', 'flag', ['dev'], 'All roles on loopback, with data that goes away', 'dev'),
  define('server', 'flag', ['server'], 'Be a server', 'server.enabled'),
  define('client', 'flag', ['client'], 'Be a client: run allocations', 'client.enabled'),
  define('edge', 'flag', ['edge'], 'Serve routes of services to the outside', 'edge.enabled'),
  define(
    'bind',
    'text',
    ['bind'],
    'Address, interface or network of the APIs, DNS and the agents',
    'bind.http',
    'bind.consulHttp',
    'bind.dns',
    'bind.rpc',
  ),
  define(
    'clientAddr',
    'text',
    ['client-addr'],
    'Addresses of both APIs and DNS',
    'bind.http',
    'bind.consulHttp',
    'bind.dns',
  ),
  define('advertise', 'text', ['advertise'], 'Address that others are told', 'advertise.address'),
  define('node', 'text', ['node', 'name'], 'Name of this node', 'nodeName'),
  define('nodeId', 'text', ['node-id'], 'Id of this node', 'nodeId'),
  define('nodeClass', 'text', ['node-class'], 'Class of this node, for constraints', 'client.nodeClass'),
  define('dataDir', 'text', ['data-dir'], 'Folder of all state', 'dataDir'),
  define('datacenter', 'text', ['datacenter', 'dc'], 'Datacenter of this agent', 'datacenter'),
  define('region', 'text', ['region'], 'Region of this agent', 'region'),
  define('domain', 'text', ['domain'], 'Domain of DNS', 'dns.domain'),
  define('altDomain', 'texts', ['alt-domain'], 'Another domain of DNS (repeatable)', 'dns.altDomains'),
  define('recursor', 'texts', ['recursor'], 'DNS server for other names (repeatable)', 'dns.recursors'),
  define(
    'bootstrapExpect',
    'number',
    ['bootstrap-expect'],
    'Servers to wait for at the first start',
    'server.bootstrapExpect',
  ),
  define('join', 'texts', ['join'], 'Agent to join (repeatable)', 'join.addresses'),
  define(
    'retryJoin',
    'texts',
    ['retry-join'],
    'Agent to join, tried again until it works (repeatable)',
    'join.addresses',
  ),
  define('joinToken', 'text', ['join-token'], 'Token of "shoal server token", for the first start', 'join.token'),
  define('joinTokenFile', 'text', ['join-token-file'], 'File that holds the token', 'join.tokenFile'),
  define('servers', 'texts', ['servers'], 'Servers of a client (repeatable)', 'client.servers'),
  define('networkInterface', 'text', ['network-interface'], 'Interface of tasks', 'client.networkInterface'),
  define('meta', 'pairs', ['meta'], 'KEY=VALUE metadata of this node (repeatable)', 'client.meta'),
  define('logLevel', 'text', ['log-level'], 'trace, debug, info, warn or error', 'log.level'),
  define('logJson', 'flag', ['log-json'], 'Logs as JSON lines', 'log.json'),
  define('logFile', 'text', ['log-file'], 'File for logs', 'log.file'),
  define('rawExec', 'flag', ['raw-exec'], 'Allow tasks without isolation', 'rawExec.enabled'),
  define('ui', 'flag', ['ui'], 'Serve the web page', 'ui'),
  define('httpPort', 'number', ['http-port'], 'Port of the Nomad API', 'ports.http'),
  define('consulHttpPort', 'number', ['consul-http-port'], 'Port of the Consul API', 'ports.consulHttp'),
  define('dnsPort', 'number', ['dns-port'], 'Port of DNS', 'ports.dns'),
  define('rpcPort', 'number', ['rpc-port'], "The agents' port", 'ports.rpc'),
  define('edgeHttpPort', 'number', ['edge-http-port'], "The edge's port of HTTP", 'ports.edgeHttp'),
  define('edgeHttpsPort', 'number', ['edge-https-port'], "The edge's port of HTTPS", 'ports.edgeHttps'),
];

/** Adds what the command line says to what the files say: it has the last word. */
export function applyFlags(settings: readonly Setting[], flags: AgentFlags): Setting[] {
  const added = AGENT_FLAGS.flatMap(({ flag, names, to }) => {
    const value = flags[flag];
    if (value === undefined) return [];
    return to.map(
      (name) => ({ name, value: value as Settings[typeof name], key: `-${names[0]}`, from: 'flag' }) as Setting,
    );
  });
  return [...settings, ...added];
}

function define(
  flag: FlagName,
  value: FlagDefinition['value'],
  names: readonly string[],
  help: string,
  ...to: readonly SettingName[]
): FlagDefinition {
  return { flag, value, names, to, help };
}
