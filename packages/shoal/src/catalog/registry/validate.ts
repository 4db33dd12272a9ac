import type { ServiceAddress, Weights } from '@shoal/api';
import type { ServiceProxy } from '../../state/rows.ts';
import { meshFault } from '../mesh/faults.ts';
import { metaFault } from '../meta-fault.ts';
import { DEFAULT_WEIGHTS, isCheckStatus } from '../registration.ts';
import { type CheckRunRequest, checkRun, invalidCheck, type RegistrationRules } from './check-run.ts';
import { type CheckDefinition, MAX_OUTPUT, type ServiceDefinition } from './definitions.ts';
import { RegistrationInvalidError } from './errors.ts';

/** A check as `agent/check/register` and the `Check` of a service give it. Durations are nanoseconds; strings are '' where nothing is given. */
export type CheckRequest = CheckRunRequest & {
  readonly ID: string;
  readonly CheckID: string;
  readonly Name: string;
  readonly Notes: string;
  readonly ServiceID: string;
  readonly Status: string;
  /** Bytes; 0: as usual. */
  readonly OutputMaxSize: number;
  readonly SuccessBeforePassing: number;
  readonly FailuresBeforeWarning: number;
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
  readonly SocketPath: string;
  readonly Proxy: ServiceProxy | undefined;
  /** `Connect.Native` */
  readonly Native: boolean;
  readonly Checks: readonly CheckRequest[];
};

const NANOSECONDS_PER_MS = 1e6;
/** Consul's floor: less would remove services that are only restarting. */
const MIN_DEREGISTER_AFTER_MS = 60_000;
const MAX_WEIGHT = 65_535;

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
  const metaIsWrong = metaFault(request.Meta);
  if (metaIsWrong) throw new RegistrationInvalidError(`Invalid Service Meta: ${metaIsWrong}`);
  const checks = request.Checks.map((check, at) => {
    if (check.Status !== '' && !isCheckStatus(check.Status))
      throw new RegistrationInvalidError(`Status for checks must 'passing', 'warning', 'critical'`);
    const automatic = request.Checks.length === 1 ? `service:${id}` : `service:${id}:${at + 1}`;
    const name = check.Name || `Service '${request.Name}' check`;
    return checkDefinition(check, { id: check.CheckID || check.ID || automatic, name, serviceId: id }, rules);
  });
  const meshIsWrong = meshFault(request);
  if (meshIsWrong) throw new RegistrationInvalidError(meshIsWrong);
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
    ...(request.SocketPath !== '' && { socketPath: request.SocketPath }),
    ...(request.Proxy && { proxy: request.Proxy }),
    ...(request.Native && { native: true }),
  };
}

type Naming = Pick<CheckDefinition, 'id' | 'name' | 'serviceId'>;

function checkDefinition(request: CheckRequest, naming: Naming, rules: RegistrationRules): CheckDefinition {
  const deregisterAfterMs = request.DeregisterCriticalServiceAfter / NANOSECONDS_PER_MS;
  const { OutputMaxSize, FailuresBeforeWarning, FailuresBeforeCritical } = request;
  if (OutputMaxSize < 0) throw invalidCheck('MaxOutputMaxSize must be positive');
  // More than the agent allows is not kept of any: every server holds it in memory.
  const most = rules.maxOutput ?? MAX_OUTPUT;
  const maxOutput = OutputMaxSize > 0 ? Math.min(OutputMaxSize, most) : most;
  if (FailuresBeforeCritical > 0 && FailuresBeforeWarning > FailuresBeforeCritical)
    throw invalidCheck("FailuresBeforeWarning can't be higher than FailuresBeforeCritical");
  return {
    ...naming,
    notes: request.Notes,
    initialStatus: isCheckStatus(request.Status) ? request.Status : 'critical',
    successBeforePassing: request.SuccessBeforePassing,
    failuresBeforeCritical: FailuresBeforeCritical,
    ...(FailuresBeforeWarning > 0 && { failuresBeforeWarning: FailuresBeforeWarning }),
    ...(maxOutput !== MAX_OUTPUT && { maxOutput }),
    deregisterAfterMs: deregisterAfterMs > 0 ? Math.max(deregisterAfterMs, MIN_DEREGISTER_AFTER_MS) : 0,
    run: checkRun(request, rules),
  };
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
