import { createHash } from 'node:crypto';
import type { Service, ServiceCheck } from '@shoal/api';
import { interpolate, type Variables } from '../env/interpolate.ts';
import { hostPort } from '../env/port-variables.ts';
import type { CheckRegistration } from '../registrar.ts';
import { type AddressRequest, resolveAddress } from './address.ts';

export type CheckInput = {
  check: ServiceCheck;
  service: Service;
  serviceId: string;
  serviceName: string;
  /** As for the service; a check may name another port and mode. */
  address: Omit<AddressRequest, 'mode' | 'portLabel'>;
  variables: Variables;
};

/** The kinds that there are, each with how the registry has it. */
const KINDS: Readonly<Record<string, CheckRegistration['type']>> = {
  http: 'http',
  tcp: 'tcp',
  grpc: 'grpc',
  script: 'ttl',
};

/** Between a script's runs its last word is good for: the interval, its timeout, and this for a machine that is busy. */
const SCRIPT_SLACK_MS = 31_000;

/** A check's id, as the registry has it. The same block of the same instance has the same. */
export function checkId(serviceId: string, check: ServiceCheck): string {
  const digest = createHash('sha1')
    .update(`${serviceId}\n${JSON.stringify(check)}`)
    .digest('hex');
  return `_nomad-check-${digest}`;
}

/** A check as the agent's registry takes it. The client itself runs scripts, inside of their task, and reports; undefined for kinds that nobody runs. */
export function checkRegistration(input: CheckInput): CheckRegistration | undefined {
  const { check, serviceId, serviceName, variables } = input;
  const type = KINDS[check.Type];
  if (type === undefined) return undefined;
  const [intervalMs, timeoutMs] = [check.Interval / 1e6, check.Timeout / 1e6];
  const fill = (text: string) => interpolate(text, variables);
  return {
    id: checkId(serviceId, check),
    name: fill(check.Name) || `service: "${serviceName}" check`,
    type,
    target: type === 'ttl' ? '' : target(input),
    grpcService: fill(check.GRPCService),
    tls: check.GRPCUseTLS,
    method: fill(check.Method) || 'GET',
    headers: headers(check, fill),
    body: fill(check.Body ?? ''),
    notes: fill(check.Notes ?? ''),
    tlsSkipVerify: check.TLSSkipVerify,
    tlsServerName: fill(check.TLSServerName ?? ''),
    intervalMs: type === 'ttl' ? intervalMs + timeoutMs + SCRIPT_SLACK_MS : intervalMs,
    timeoutMs,
    initialStatus: initialStatus(check.InitialStatus),
    successBeforePassing: check.SuccessBeforePassing,
    failuresBeforeCritical: check.FailuresBeforeCritical,
    failuresBeforeWarning: check.FailuresBeforeWarning ?? 0,
  };
}

function target({ check, service, address, variables }: CheckInput): string {
  const portLabel = interpolate(check.PortLabel || service.PortLabel, variables);
  const { ip, port } = resolveAddress({ ...address, portLabel, mode: modeOf(check, service) });
  // An address that the service is given counts for its checks, too, unless they say where (job specification, check: address_mode).
  const given = check.AddressMode === '' ? interpolate(service.Address ?? '', variables) : '';
  const host = hostPort(given || ip || '127.0.0.1', port);
  if (check.Type !== 'http') return host;
  const path = interpolate(check.Path, variables);
  return `${interpolate(check.Protocol, variables) || 'http'}://${host}${path.startsWith('/') ? path : `/${path}`}`;
}

/** Checks have no `auto`: unless they say otherwise they go to the host, or with their service into the allocation's network. */
function modeOf({ AddressMode: own }: ServiceCheck, { AddressMode: services }: Service): string {
  return own || (services === 'alloc' ? 'alloc' : 'host');
}

function headers(check: ServiceCheck, fill: (text: string) => string): Record<string, string[]> {
  return Object.fromEntries(Object.entries(check.Header ?? {}).map(([name, values]) => [name, values.map(fill)]));
}

function initialStatus(status: string): CheckRegistration['initialStatus'] {
  return status === 'passing' || status === 'warning' || status === 'critical' ? status : '';
}

/** Says which checks of these services are of a kind that the agent does not run; undefined if all are. */
export function uncheckable(services: readonly Service[] | null): string | undefined {
  const odd = (services ?? []).flatMap((service) =>
    (service.Checks ?? [])
      .filter(({ Type }) => !Object.hasOwn(KINDS, Type))
      .map(({ Type }) => `a ${Type} check of service "${service.Name}"`),
  );
  if (odd.length === 0) return undefined;
  return `${odd.join(', ')} is not run: this client runs ${Object.keys(KINDS).join(', ')} checks`;
}
