import type { ServiceAddress, Weights } from '@shoal/api';
import { DEFAULT_WEIGHTS, isCheckStatus } from '../registration.ts';
import type { CheckDefinition, CheckRun, ServiceDefinition } from './definitions.ts';
import { RegistrationInvalidError, RegistrationRefusedError } from './errors.ts';

/** A check as `agent/check/register` and the `Check` of a service give it. Durations are nanoseconds; strings are '' where nothing is given. */
export type CheckRequest = {
  readonly ID: string;
  readonly CheckID: string;
  readonly Name: string;
  readonly Notes: string;
  readonly ServiceID: string;
  readonly Status: string;
  readonly Interval: number;
  readonly Timeout: number;
  readonly TTL: number;
  readonly HTTP: string;
  readonly Header: Readonly<Record<string, readonly string[]>>;
  readonly Method: string;
  readonly Body: string;
  readonly TCP: string;
  readonly TLSSkipVerify: boolean;
  readonly AliasService: string;
  readonly AliasNode: string;
  readonly GRPC: string;
  readonly GRPCUseTLS?: boolean;
  readonly Args: readonly string[];
  readonly ScriptArgs: readonly string[];
  readonly DockerContainerID: string;
  readonly SuccessBeforePassing: number;
  readonly FailuresBeforeCritical: number;
  readonly DeregisterCriticalServiceAfter: number;
};

export type ServiceRequest = {
  readonly Kind: string;
  readonly ID: string;
  readonly Name: string;
  readonly Tags: readonly string[];
  readonly Address: string;
  readonly TaggedAddresses: Readonly<Record<string, ServiceAddress>>;
  readonly Meta: Readonly<Record<string, string>>;
  readonly Port: number;
  readonly Weights: Weights | undefined;
  readonly EnableTagOverride: boolean;
  /** The service that a sidecar stands for; only asked whether it is there. */
  readonly Destination: string;
  readonly Checks: readonly CheckRequest[];
};

const NANOSECONDS_PER_MS = 1e6;
const DEFAULT_TIMEOUT_MS = 10_000;
const SCRIPT_TIMEOUT_MS = 30_000;
/** Consul's floor: less would remove services that are only restarting. */
const MIN_DEREGISTER_AFTER_MS = 60_000;
const MAX_META_PAIRS = 64;
const MAX_META_KEY = 128;
const MAX_META_VALUE = 512;
const MAX_WEIGHT = 65_535;

/** What this agent does for those who register. */
export type RegistrationRules = {
  /** Whether checks may run programs (`enable_script_checks`). Whoever reaches the API can then run anything as the agent's user. */
  readonly scripts: boolean;
};

const CAREFUL: RegistrationRules = { scripts: false };

/** The check of `agent/check/register`. Throws RegistrationInvalidError or RegistrationRefusedError. */
export function checkFromRequest(request: CheckRequest, rules: RegistrationRules = CAREFUL): CheckDefinition {
  if (request.Name === '') throw new RegistrationInvalidError('Missing check name');
  if (request.Status !== '' && !isCheckStatus(request.Status)) throw new RegistrationInvalidError('Bad check status');
  const id = request.ID || request.CheckID || request.Name;
  return checkDefinition(request, { id, name: request.Name, serviceId: request.ServiceID }, rules);
}

/** A service with its checks, which get ids and names of their own where the request has none. */
export function serviceFromRequest(
  request: ServiceRequest,
  rules: RegistrationRules = CAREFUL,
): { service: ServiceDefinition; checks: CheckDefinition[] } {
  const id = request.ID || request.Name;
  if (request.Name === '') throw new RegistrationInvalidError('Missing service name');
  if (request.Address === '0.0.0.0' || request.Address === '::' || request.Address === '[::]')
    throw new RegistrationInvalidError('Invalid service address');
  checkMeta(request.Meta);
  const checks = request.Checks.map((check, at) => {
    if (check.Status !== '' && !isCheckStatus(check.Status))
      throw new RegistrationInvalidError(`Status for checks must 'passing', 'warning', 'critical'`);
    const automatic = request.Checks.length === 1 ? `service:${id}` : `service:${id}:${at + 1}`;
    const name = check.Name || `Service '${request.Name}' check`;
    return checkDefinition(check, { id: check.CheckID || check.ID || automatic, name, serviceId: id }, rules);
  });
  if (request.Kind === 'connect-proxy' && request.Destination === '')
    throw new RegistrationInvalidError(
      '1 error occurred:\n\t* Proxy.DestinationServiceName must be non-empty for Connect proxy services\n\n',
    );
  return { service: serviceDefinition(request, id), checks };
}

function serviceDefinition(request: ServiceRequest, id: string): ServiceDefinition {
  return {
    id,
    name: request.Name,
    kind: request.Kind,
    tags: request.Tags,
    meta: request.Meta,
    address: request.Address,
    port: request.Port,
    taggedAddresses: request.TaggedAddresses,
    weights: checkWeights(request.Weights),
    enableTagOverride: request.EnableTagOverride,
  };
}

type Naming = Pick<CheckDefinition, 'id' | 'name' | 'serviceId'>;

function checkDefinition(request: CheckRequest, naming: Naming, rules: RegistrationRules): CheckDefinition {
  const deregisterAfterMs = request.DeregisterCriticalServiceAfter / NANOSECONDS_PER_MS;
  return {
    ...naming,
    notes: request.Notes,
    initialStatus: isCheckStatus(request.Status) ? request.Status : 'critical',
    successBeforePassing: request.SuccessBeforePassing,
    failuresBeforeCritical: request.FailuresBeforeCritical,
    deregisterAfterMs: deregisterAfterMs > 0 ? Math.max(deregisterAfterMs, MIN_DEREGISTER_AFTER_MS) : 0,
    run: checkRun(request, rules),
  };
}

function checkRun(request: CheckRequest, rules: RegistrationRules): CheckRun {
  const isScript = request.Args.length + request.ScriptArgs.length > 0;
  checkTiming(request, isScript);
  if (isScript && !rules.scripts)
    throw new RegistrationRefusedError(
      `Scripts are disabled on this agent from remote calls; to enable, configure 'enable_script_checks' to true`,
    );
  const timing = {
    intervalMs: request.Interval / NANOSECONDS_PER_MS,
    timeoutMs: request.Timeout > 0 ? request.Timeout / NANOSECONDS_PER_MS : DEFAULT_TIMEOUT_MS,
  };
  if (isScript) return { kind: 'script', args: scriptOf(request), ...scriptTiming(request) };
  if (request.HTTP !== '') return { ...httpTarget(request), ...timing };
  if (request.TCP !== '') return { kind: 'tcp', address: request.TCP, ...timing };
  if (request.GRPC !== '') return { ...grpcTarget(request), ...timing };
  if (request.AliasNode !== '')
    throw new RegistrationRefusedError(
      'Alias checks of other nodes are not run by this agent: alias a service of its own',
    );
  if (request.AliasService !== '') return { kind: 'alias', serviceId: request.AliasService };
  return { kind: 'ttl', ttlMs: request.TTL / NANOSECONDS_PER_MS };
}

function httpTarget({ HTTP, Method, Header, Body, TLSSkipVerify }: CheckRequest) {
  const shape = { kind: 'http', url: HTTP, method: Method || 'GET', headers: Header, body: Body } as const;
  return { ...shape, tlsSkipVerify: TLSSkipVerify };
}

/** `host:port/service` */
function grpcTarget({ GRPC, GRPCUseTLS, TLSSkipVerify }: CheckRequest) {
  const [, address = GRPC, service = ''] = /^([^/]*)\/(.*)$/.exec(GRPC) ?? [];
  return { kind: 'grpc', address, service, tls: GRPCUseTLS ?? false, tlsSkipVerify: TLSSkipVerify } as const;
}

function scriptOf({ ScriptArgs, Args, DockerContainerID }: CheckRequest): readonly string[] {
  if (DockerContainerID !== '')
    throw new RegistrationRefusedError(
      'Checks inside of a container are not run by this agent: use an http or tcp check',
    );
  return ScriptArgs.length > 0 ? ScriptArgs : Args;
}

/** A program has longer than a request. */
function scriptTiming({ Interval, Timeout }: CheckRequest) {
  const timeoutMs = Timeout > 0 ? Timeout / NANOSECONDS_PER_MS : SCRIPT_TIMEOUT_MS;
  return { intervalMs: Interval / NANOSECONDS_PER_MS, timeoutMs };
}

function checkTiming(request: CheckRequest, isScript: boolean): void {
  const { Interval, TTL } = request;
  const runs = isScript || request.HTTP !== '' || request.TCP !== '' || request.GRPC !== '';
  const isAlias = request.AliasService !== '' || request.AliasNode !== '';
  if (Interval > 0 && TTL > 0) throw invalidCheck('Interval and TTL cannot both be specified');
  if (runs && Interval <= 0) throw invalidCheck('Interval must be > 0 for Script, HTTP, or TCP checks');
  if (runs && isAlias) throw invalidCheck('Interval cannot be set for Alias checks');
  if (isAlias && TTL > 0) throw invalidCheck('TTL must be not be set for Alias checks');
  if (!runs && !isAlias && TTL <= 0) throw invalidCheck('TTL must be > 0 for TTL checks');
}

function invalidCheck(reason: string): RegistrationInvalidError {
  return new RegistrationInvalidError(`Invalid check: ${reason}`);
}

function checkWeights(weights: Weights | undefined): Weights {
  if (!weights) return DEFAULT_WEIGHTS;
  const invalid = (reason: string) => new RegistrationInvalidError(`Invalid Weights: ${reason}`);
  if (weights.Passing < 1) throw invalid('Passing must be greater than 0');
  if (weights.Warning < 0) throw invalid('Warning must be greater or equal than 0');
  if (weights.Passing > MAX_WEIGHT || weights.Warning > MAX_WEIGHT)
    throw invalid('DNS Weight must be between 0 and 65535');
  return weights;
}

function checkMeta(meta: Readonly<Record<string, string>>): void {
  const pairs = Object.entries(meta);
  if (pairs.length > MAX_META_PAIRS)
    throw new RegistrationInvalidError(
      `Invalid Service Meta: Node metadata cannot contain more than ${MAX_META_PAIRS} key/value pairs`,
    );
  for (const [key, value] of pairs) {
    const reason = metaFault(key, value);
    if (reason)
      throw new RegistrationInvalidError(
        `Invalid Service Meta: Couldn't load metadata pair ('${key}', '${value}'): ${reason}`,
      );
  }
}

function metaFault(key: string, value: string): string | undefined {
  if (key === '') return 'Key cannot be blank';
  if (!/^[a-zA-Z0-9_-]+$/.test(key)) return 'Key contains invalid characters';
  if (key.length > MAX_META_KEY) return `Key is too long (limit: ${MAX_META_KEY} characters)`;
  if (key.startsWith('consul-')) return `Key prefix 'consul-' is reserved for internal use`;
  if (value.length > MAX_META_VALUE) return `Value is too long (limit: ${MAX_META_VALUE} characters)`;
  return undefined;
}
