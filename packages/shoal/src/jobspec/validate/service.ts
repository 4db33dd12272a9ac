import type { Route, Service, ServiceCheck } from '@shoal/api';
import { formatDuration, SECOND } from '../../duration.ts';
import { isInterpolated, nested, quoted, repeated, when } from './findings.ts';

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
const MIN_CHECK = 1 * SECOND;

/** Services of a group or task. `ports` are the labels they may point to. */
export function validateServices(services: Service[] | null, ports: ReadonlySet<string>): string[] {
  const all = services ?? [];
  return [
    ...repeated(all.map((service) => `${service.Name}${service.PortLabel}`)).map(
      ({ again }) => `Service ${quoted(all[again - 1]?.Name ?? '')} is duplicate`,
    ),
    ...unknownPorts(all, ports),
    ...all.flatMap((service, i) =>
      nested(`Service[${i}] ${service.Name} validation failed: `, validateService(service)),
    ),
  ];
}

function unknownPorts(services: Service[], ports: ReadonlySet<string>): string[] {
  const users = new Map<string, string[]>();
  const use = (label: string, service: string) => {
    const isKnown = label === '' || isInterpolated(label) || /^\d+$/.test(label) || ports.has(label);
    if (!isKnown) users.set(label, [...(users.get(label) ?? []), service]);
  };
  for (const service of services) {
    use(service.PortLabel, service.Name);
    for (const check of service.Checks ?? []) use(check.PortLabel, service.Name);
  }
  return [...users].map(
    ([label, by]) => `port label ${quoted(label)} referenced by services ${by.join(', ')} does not exist`,
  );
}

function validateService(service: Service): string[] {
  const { Name: name, AddressMode: mode, Provider: provider } = service;
  return [
    ...when(
      [
        !isInterpolated(name) && !NAME.test(name),
        `Service name must be valid per RFC 1123 and can contain only alphanumeric characters or dashes and must be no longer than 63 characters: ${quoted(name)}`,
      ],
      [
        !['auto', 'host', 'driver', 'alloc', ''].includes(mode),
        `Service address_mode must be "auto", "host", "driver" or "alloc"; not ${quoted(mode)}`,
      ],
      [
        provider !== undefined && !['', 'consul', 'nomad'].includes(provider),
        `Service provider must be "consul" or "nomad"; not ${quoted(provider ?? '')}`,
      ],
    ),
    ...repeated((service.Checks ?? []).map((check) => check.Name).filter(Boolean)).map(
      ({ name: check }) => `check ${quoted(check)} is duplicate: names of a service's checks must differ`,
    ),
    ...(service.Checks ?? []).flatMap((check) => validateCheck(check, service)),
    ...(service.Routes ?? []).flatMap((route, i) => nested(`Route ${i + 1} validation failed: `, validateRoute(route))),
  ];
}

const CHECK_TYPES = ['http', 'tcp', 'script', 'grpc'];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH', 'CONNECT', ''];

function validateCheck(check: ServiceCheck, service: Service): string[] {
  const type = check.Type.toLowerCase();
  const name = quoted(check.Name || type);
  if (!CHECK_TYPES.includes(type))
    return [`check ${name}: invalid type (${quoted(check.Type)}), must be one of "http", "tcp", "grpc" or "script"`];
  const needsPort = type !== 'script';
  return when(
    [type === 'http' && check.Path === '', `check ${name}: http type must have http path`],
    [type === 'http' && /^[a-z]+:\/\//i.test(check.Path), `check ${name}: relative http path must be used, not a URL`],
    [
      type === 'http' && !METHODS.includes(check.Method.toUpperCase()),
      `check ${name}: unknown method ${quoted(check.Method)}`,
    ],
    [type === 'script' && check.Command === '', `check ${name}: script type must have a valid script path`],
    [
      needsPort && check.PortLabel === '' && service.PortLabel === '',
      `check ${name}: requires a port but neither check nor service ${quoted(service.Name)} have a port`,
    ],
    ...intervalChecks(name, 'interval', check.Interval),
    ...intervalChecks(name, 'timeout', check.Timeout),
    [
      !['', 'passing', 'warning', 'critical'].includes(check.InitialStatus),
      `check ${name}: invalid initial check state (${check.InitialStatus}), must be one of "passing", "warning", "critical" or empty`,
    ],
    [
      !['', 'driver', 'host', 'alloc'].includes(check.AddressMode),
      `check ${name}: invalid address_mode ${quoted(check.AddressMode)}, must be "host", "driver" or "alloc"`,
    ],
    [
      !['http', 'tcp', 'grpc'].includes(type) && (check.SuccessBeforePassing > 0 || check.FailuresBeforeCritical > 0),
      `check ${name}: success_before_passing and failures_before_critical are for http, tcp and grpc checks`,
    ],
    [(check.CheckRestart?.Limit ?? 0) < 0, `check ${name}: limit of check_restart must not be negative`],
    [(check.CheckRestart?.Grace ?? 0) < 0, `check ${name}: grace of check_restart must not be negative`],
  );
}

function intervalChecks(check: string, field: string, value: number): (readonly [boolean, string])[] {
  const least = formatDuration(MIN_CHECK);
  return [
    [value === 0, `check ${check}: missing required value ${field}. It cannot be less than ${least}`],
    [
      value !== 0 && value < MIN_CHECK,
      `check ${check}: ${field} (${formatDuration(value)}) cannot be lower than ${least}`,
    ],
  ];
}

const HOST = /^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i;

function isHost(host: string): boolean {
  return host.length <= 253 && HOST.test(host);
}

function validateRoute({ Host: host, Path: path }: Route): string[] {
  return when(
    [host === '' && path === '', 'a route needs a host, a path, or both'],
    [
      host !== '' && !isInterpolated(host) && !isHost(host),
      `host ${quoted(host)} is not a host name: write it without scheme and port`,
    ],
    [path !== '' && !path.startsWith('/') && !isInterpolated(path), `path ${quoted(path)} must start with /`],
  );
}
