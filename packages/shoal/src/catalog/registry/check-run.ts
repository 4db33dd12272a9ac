import type { CheckRun } from './definitions.ts';
import { RegistrationInvalidError, RegistrationRefusedError } from './errors.ts';

/** What a check does, as it is asked for. Durations are nanoseconds; strings are '' where nothing is given. */
export type CheckRunRequest = {
  readonly Interval: number;
  readonly Timeout: number;
  readonly TTL: number;
  readonly HTTP: string;
  readonly Header: Readonly<Record<string, readonly string[]>>;
  readonly Method: string;
  readonly Body: string;
  readonly DisableRedirects: boolean;
  readonly TCP: string;
  readonly TCPUseTLS: boolean;
  readonly UDP: string;
  readonly H2PING: string;
  /** By TLS unless it says otherwise. */
  readonly H2PingUseTLS: boolean | undefined;
  readonly GRPC: string;
  readonly GRPCUseTLS: boolean;
  readonly TLSServerName: string;
  readonly TLSSkipVerify: boolean;
  readonly OSService: string;
  readonly AliasService: string;
  readonly AliasNode: string;
  readonly Args: readonly string[];
  readonly ScriptArgs: readonly string[];
  readonly Shell: string;
  readonly DockerContainerID: string;
};

/** What this agent does for those who register. */
export type RegistrationRules = {
  /** Whether checks may run programs (`enable_script_checks`). Whoever reaches the API can then run anything as the agent's user. */
  readonly scripts: boolean;
  /** Bytes of output that are kept of any check (`check_output_max_size`); MAX_OUTPUT unless given. */
  readonly maxOutput?: number;
  /** It is the agent's own configuration that registers. */
  readonly local?: boolean;
};

const NANOSECONDS_PER_MS = 1e6;
const DEFAULT_TIMEOUT_MS = 10_000;
const SCRIPT_TIMEOUT_MS = 30_000;
/** Programs are not started more often than this, as with Consul. */
const MIN_SCRIPT_INTERVAL_MS = 1_000;

const NO_SCRIPTS =
  "Scripts are disabled on this agent from remote calls; to enable, configure 'enable_script_checks' to true";
const NO_LOCAL_SCRIPTS =
  "Scripts are disabled on this agent; to enable, configure 'enable_script_checks' or 'enable_local_script_checks' to true";

/** Throws RegistrationInvalidError or RegistrationRefusedError. */
export function checkRun(request: CheckRunRequest, rules: RegistrationRules): CheckRun {
  checkTiming(request);
  if (isScript(request) && !rules.scripts)
    throw new RegistrationRefusedError(rules.local ? NO_LOCAL_SCRIPTS : NO_SCRIPTS);
  const intervalMs = request.Interval / NANOSECONDS_PER_MS;
  const timing = { intervalMs, timeoutMs: timeoutOf(request, DEFAULT_TIMEOUT_MS) };
  if (isScript(request)) return { ...scriptTarget(request), ...scriptTiming(request) };
  if (request.OSService !== '')
    return { kind: 'os_service', service: request.OSService, ...timing, intervalMs: atLeast(intervalMs) };
  if (request.HTTP !== '') return { ...httpTarget(request), ...timing };
  if (request.TCP !== '') return { ...tcpTarget(request), ...timing };
  if (request.UDP !== '') return { kind: 'udp', address: request.UDP, ...timing };
  if (request.GRPC !== '') return { ...grpcTarget(request), ...timing };
  if (request.H2PING !== '') return { ...h2pingTarget(request), ...timing };
  if (isAlias(request)) return aliasTarget(request);
  return { kind: 'ttl', ttlMs: request.TTL / NANOSECONDS_PER_MS };
}

function isScript({ Args, ScriptArgs }: CheckRunRequest): boolean {
  return Args.length + ScriptArgs.length > 0;
}

function isAlias({ AliasService, AliasNode }: CheckRunRequest): boolean {
  return AliasService !== '' || AliasNode !== '';
}

function aliasTarget({ AliasService, AliasNode }: CheckRunRequest): CheckRun {
  return { kind: 'alias', serviceId: AliasService, ...(AliasNode !== '' && { node: AliasNode }) };
}

function trust({ TLSSkipVerify, TLSServerName }: CheckRunRequest) {
  return { tlsSkipVerify: TLSSkipVerify, ...(TLSServerName !== '' && { tlsServerName: TLSServerName }) };
}

function httpTarget(request: CheckRunRequest) {
  const { HTTP, Method, Header, Body, DisableRedirects } = request;
  const shape = { kind: 'http', url: HTTP, method: Method || 'GET', headers: Header, body: Body } as const;
  return { ...shape, ...trust(request), ...(DisableRedirects && { noRedirects: true }) };
}

function tcpTarget(request: CheckRunRequest) {
  return { kind: 'tcp', address: request.TCP, ...(request.TCPUseTLS && { tls: true, ...trust(request) }) } as const;
}

function h2pingTarget(request: CheckRunRequest) {
  const tls = request.H2PingUseTLS ?? true;
  return { kind: 'h2ping', address: request.H2PING, tls, ...trust(request) } as const;
}

/** `host:port/service` */
function grpcTarget(request: CheckRunRequest) {
  const { GRPC, GRPCUseTLS } = request;
  const [, address = GRPC, service = ''] = /^([^/]*)\/(.*)$/.exec(GRPC) ?? [];
  return { kind: 'grpc', address, service, tls: GRPCUseTLS, ...trust(request) } as const;
}

function scriptTarget({ ScriptArgs, Args, Shell, DockerContainerID }: CheckRunRequest) {
  const args = ScriptArgs.length > 0 ? ScriptArgs : Args;
  if (DockerContainerID === '') return { kind: 'script', args } as const;
  return { kind: 'docker', container: DockerContainerID, shell: Shell, args } as const;
}

/** A program has longer than a request. */
function scriptTiming(request: CheckRunRequest) {
  const intervalMs = atLeast(request.Interval / NANOSECONDS_PER_MS);
  return { intervalMs, timeoutMs: timeoutOf(request, SCRIPT_TIMEOUT_MS) };
}

function atLeast(intervalMs: number): number {
  return Math.max(intervalMs, MIN_SCRIPT_INTERVAL_MS);
}

function timeoutOf({ Timeout }: CheckRunRequest, unlessGiven: number): number {
  return Timeout > 0 ? Timeout / NANOSECONDS_PER_MS : unlessGiven;
}

function checkTiming(request: CheckRunRequest): void {
  const { Interval, TTL, HTTP, TCP, UDP, GRPC, H2PING, OSService } = request;
  const runs = isScript(request) || [HTTP, TCP, UDP, GRPC, H2PING, OSService].some((target) => target !== '');
  if (Interval > 0 && TTL > 0) throw invalidCheck('Interval and TTL cannot both be specified');
  if (runs && Interval <= 0) throw invalidCheck('Interval must be > 0 for Script, HTTP, or TCP checks');
  if (runs && isAlias(request)) throw invalidCheck('Interval cannot be set for Alias checks');
  if (isAlias(request) && TTL > 0) throw invalidCheck('TTL must be not be set for Alias checks');
  if (!runs && !isAlias(request) && TTL <= 0) throw invalidCheck('TTL must be > 0 for TTL checks');
}

export function invalidCheck(reason: string): RegistrationInvalidError {
  return new RegistrationInvalidError(`Invalid check: ${reason}`);
}
