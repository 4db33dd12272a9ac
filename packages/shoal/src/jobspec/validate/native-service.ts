import type { Service, ServiceCheck, TaskGroup } from '@shoal/api';
import { type Finding, finding, quoted, when, within } from './findings.ts';

/** What a service of Nomad's own may not have (https://developer.hashicorp.com/nomad/docs/job-specification/service#provider, check#check-parameters). */
export function validateNative(service: Service): Finding[] {
  return [
    ...when([
      service.Connect !== null && service.Connect !== undefined,
      'Service with provider nomad cannot include Connect blocks',
      'Connect',
    ]),
    ...(service.Checks ?? []).flatMap((check, i) => within(validateCheck(check), 'Checks', i)),
  ];
}

const TYPES = ['http', 'tcp'];

function validateCheck(check: ServiceCheck): Finding[] {
  const type = check.Type.toLowerCase();
  const name = quoted(check.Name || type);
  const consulOnly = (what: string) => `check ${name}: ${what} is only for services with provider = "consul"`;
  if (!TYPES.includes(type))
    return [
      finding(
        `check ${name}: invalid check type (${quoted(check.Type)}), must be one of "http", "tcp" with provider = "nomad"; use provider = "consul" for ${type} checks`,
        'Type',
      ),
    ];
  return when(
    [check.InitialStatus !== '', consulOnly('initial_status'), 'InitialStatus'],
    [check.SuccessBeforePassing > 0, consulOnly('success_before_passing'), 'SuccessBeforePassing'],
    [check.FailuresBeforeCritical > 0, consulOnly('failures_before_critical'), 'FailuresBeforeCritical'],
    [(check.FailuresBeforeWarning ?? 0) > 0, consulOnly('failures_before_warning'), 'FailuresBeforeWarning'],
    [Boolean(check.TLSServerName), consulOnly('tls_server_name'), 'TLSServerName'],
    [check.Expose, consulOnly('expose'), 'Expose'],
  );
}

/** All services of a group and of its tasks have one provider. */
export function mixedProviders(group: TaskGroup): Finding[] {
  const ofGroup = (group.Services ?? []).map(({ Provider }, i) => ({ Provider, at: ['Services', i] }));
  const ofTasks = (group.Tasks ?? []).flatMap(({ Services }, t) =>
    (Services ?? []).map(({ Provider }, i) => ({ Provider, at: ['Tasks', t, 'Services', i] })),
  );
  const [first, ...others] = [...ofGroup, ...ofTasks].map(({ Provider, at }) => ({
    provider: Provider || 'consul',
    at,
  }));
  const odd = others.find(({ provider }) => provider !== first?.provider);
  if (odd === undefined) return [];
  const text = 'Multiple service providers used: the services of a group and of its tasks must have the same provider';
  return [finding(text, ...odd.at, 'Provider')];
}
