import { artifactDefaults } from '../client/artifacts/settings.ts';
import type { PortName } from './agent-config.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** What holds when nobody says anything else. */
export const DEFAULTS = {
  region: 'global',
  datacenter: 'dc1',
  logLevel: 'info',
  listenAddress: '127.0.0.1',
  /** The edge is the public door, a server's rpc port the one for other agents. */
  publicAddress: '0.0.0.0',
  ports: { http: 4646, consulHttp: 8500, dns: 8600, rpc: 4647, edgeHttp: 8080, edgeHttps: 8443 } satisfies Record<
    PortName,
    number
  >,
  server: {
    bootstrapExpect: 1,
    oidcIssuer: '',
    heartbeatGraceMs: 10 * SECOND,
    minHeartbeatTtlMs: 10 * SECOND,
    maxHeartbeatsPerSecond: 50,
    nodeGcThresholdMs: 24 * HOUR,
    jobGcThresholdMs: 4 * HOUR,
    evalGcThresholdMs: HOUR,
    deploymentGcThresholdMs: HOUR,
    jobGcIntervalMs: 5 * MINUTE,
    jobTrackedVersions: 6,
    searchLimit: 20,
    searchMinLength: 2,
  },
  client: {
    maxKillTimeoutMs: 30 * SECOND,
    minDynamicPort: 20_000,
    maxDynamicPort: 32_000,
    network: {
      cniPath: ['/opt/cni/bin', '/usr/lib/cni'],
      cniConfigDir: '/opt/cni/config',
      bridgeName: 'nomad',
      bridgeSubnet: '172.26.64.0/20',
    },
    artifact: artifactDefaults,
    templateFunctionDenylist: ['plugin'],
  },
  edgePlane: 'embedded',
  http: {
    kvMaxValueSize: 512 * 1024,
    txnMaxRequestSize: 512 * 1024,
    maxQueryTimeMs: 10 * MINUTE,
    defaultQueryTimeMs: 5 * MINUTE,
  },
  sessionTtlMinMs: 10 * SECOND,
} as const;
