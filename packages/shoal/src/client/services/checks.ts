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

/** A check as the agent's registry takes it; undefined for kinds that it does not run (script, grpc). */
export function checkRegistration(input: CheckInput): CheckRegistration | undefined {
  const { check, serviceId, serviceName, variables } = input;
  if (check.Type !== 'http' && check.Type !== 'tcp') return undefined;
  const fill = (text: string) => interpolate(text, variables);
  return {
    id: `_nomad-check-${createHash('sha1')
      .update(`${serviceId}\n${JSON.stringify(check)}`)
      .digest('hex')}`,
    name: fill(check.Name) || `service: "${serviceName}" check`,
    type: check.Type,
    target: target(input),
    method: fill(check.Method) || 'GET',
    headers: headers(check, fill),
    body: fill(check.Body ?? ''),
    tlsSkipVerify: check.TLSSkipVerify,
    intervalMs: check.Interval / 1e6,
    timeoutMs: check.Timeout / 1e6,
    initialStatus: initialStatus(check.InitialStatus),
    successBeforePassing: check.SuccessBeforePassing,
    failuresBeforeCritical: check.FailuresBeforeCritical,
  };
}

function target({ check, service, address, variables }: CheckInput): string {
  const portLabel = interpolate(check.PortLabel || service.PortLabel, variables);
  const { ip, port } = resolveAddress({ ...address, portLabel, mode: check.AddressMode || service.AddressMode });
  const host = hostPort(ip || '127.0.0.1', port);
  if (check.Type === 'tcp') return host;
  const path = interpolate(check.Path, variables);
  return `${interpolate(check.Protocol, variables) || 'http'}://${host}${path.startsWith('/') ? path : `/${path}`}`;
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
      .filter(({ Type }) => Type !== 'http' && Type !== 'tcp')
      .map(({ Type }) => `a ${Type} check of service "${service.Name}"`),
  );
  if (odd.length === 0) return undefined;
  return `${odd.join(', ')} is not run: this client runs http and tcp checks`;
}
