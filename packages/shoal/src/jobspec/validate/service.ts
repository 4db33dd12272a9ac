import type { Route, Service, ServiceCheck } from '@shoal/api';
import { formatDuration, SECOND } from '../../duration.ts';
import {
  type Finding,
  finding,
  isInterpolated,
  nested,
  nestedEach,
  type Path,
  quoted,
  repeated,
  when,
  within,
} from './findings.ts';
import { validateNative } from './native-service.ts';
import { type ServicePlace, validatePlace } from './service-place.ts';

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
const MIN_CHECK = 1 * SECOND;

/** Services of a group or task. `ports` are the labels they may point to. */
export function validateServices(
  services: Service[] | null,
  ports: ReadonlySet<string>,
  place: ServicePlace,
): Finding[] {
  const all = services ?? [];
  return [
    ...repeated(all.map((service) => `${service.Name}${service.PortLabel}`)).map(({ again }) =>
      finding(`Service ${quoted(all[again - 1]?.Name ?? '')} is duplicate`, again - 1),
    ),
    ...unknownPorts(all, ports),
    ...validatePlace(all, place),
    ...all.flatMap((service, i) =>
      nested(`Service[${i}] ${service.Name} validation failed: `, validateService(service), i),
    ),
  ];
}

function unknownPorts(services: Service[], ports: ReadonlySet<string>): Finding[] {
  const users = new Map<string, { by: string[]; at: Path }>();
  const use = (label: string, service: string, ...at: Path) => {
    const isKnown = label === '' || isInterpolated(label) || /^\d+$/.test(label) || ports.has(label);
    const before = users.get(label);
    if (!isKnown) users.set(label, { by: [...(before?.by ?? []), service], at: before?.at ?? at });
  };
  services.forEach((service, i) => {
    use(service.PortLabel, service.Name, i, 'PortLabel');
    service.Checks?.forEach((check, n) => {
      use(check.PortLabel, service.Name, i, 'Checks', n, 'PortLabel');
    });
  });
  return [...users].map(([label, { by, at }]) =>
    finding(`port label ${quoted(label)} referenced by services ${by.join(', ')} does not exist`, ...at),
  );
}

function validateService(service: Service): Finding[] {
  const { Name: name, AddressMode: mode, Provider: provider } = service;
  return [
    ...when(
      [
        !isInterpolated(name) && !NAME.test(name),
        `Service name must be valid per RFC 1123 and can contain only alphanumeric characters or dashes and must be no longer than 63 characters: ${quoted(name)}`,
        'Name',
      ],
      [
        !['auto', 'host', 'driver', 'alloc', ''].includes(mode),
        `Service address_mode must be "auto", "host", "driver" or "alloc"; not ${quoted(mode)}`,
        'AddressMode',
      ],
      [
        provider !== undefined && !['', 'consul', 'nomad'].includes(provider),
        `Service provider must be "consul" or "nomad"; not ${quoted(provider ?? '')}`,
        'Provider',
      ],
    ),
    ...(provider === 'nomad' ? validateNative(service) : []),
    ...validateWeights(service),
    ...sameChecks(service.Checks ?? []),
    ...(service.Checks ?? []).flatMap((check, i) => within(validateCheck(check, service), 'Checks', i)),
    ...nestedEach(service.Routes, 'Routes', (n) => `Route ${n} validation failed: `, validateRoute),
  ];
}

const ON_UPDATE = ['', 'require_healthy', 'ignore_warnings', 'ignore'];

function unknownOnUpdate(word: string | undefined): string | undefined {
  if (word === undefined || ON_UPDATE.includes(word)) return undefined;
  return `on_update must be "require_healthy", "ignore_warnings" or "ignore"; not ${quoted(word)}`;
}

function validateWeights({ Weights: weights, OnUpdate: onUpdate }: Service): Finding[] {
  const outside = (weight: number | undefined) => weight !== undefined && (weight < 0 || weight > 65_535);
  const unknown = unknownOnUpdate(onUpdate);
  return when(
    [outside(weights?.Passing), 'weights: passing must be between 0 and 65535', 'Weights', 'Passing'],
    [outside(weights?.Warning), 'weights: warning must be between 0 and 65535', 'Weights', 'Warning'],
    [unknown !== undefined, `Service ${unknown}`, 'OnUpdate'],
  );
}

function sameChecks(checks: ServiceCheck[]): Finding[] {
  return repeated(checks.map((check, i) => check.Name || `\0${i}`)).map(({ name, again }) =>
    finding(`check ${quoted(name)} is duplicate: names of a service's checks must differ`, 'Checks', again - 1),
  );
}

const CHECK_TYPES = ['http', 'tcp', 'script', 'grpc'];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH', 'CONNECT', ''];

function validateCheck(check: ServiceCheck, service: Service): Finding[] {
  const type = check.Type.toLowerCase();
  const name = quoted(check.Name || type);
  if (!CHECK_TYPES.includes(type))
    return [
      finding(
        `check ${name}: invalid type (${quoted(check.Type)}), must be one of "http", "tcp", "grpc" or "script"`,
        'Type',
      ),
    ];
  const needsPort = type !== 'script';
  const onUpdate = unknownOnUpdate(check.OnUpdate);
  return when(
    [type === 'http' && check.Path === '', `check ${name}: http type must have http path`],
    [
      type === 'http' && /^[a-z]+:\/\//i.test(check.Path),
      `check ${name}: relative http path must be used, not a URL`,
      'Path',
    ],
    [
      type === 'http' && !METHODS.includes(check.Method.toUpperCase()),
      `check ${name}: unknown method ${quoted(check.Method)}`,
      'Method',
    ],
    [type === 'script' && check.Command === '', `check ${name}: script type must have a valid script path`],
    [
      needsPort && check.PortLabel === '' && service.PortLabel === '',
      `check ${name}: requires a port but neither check nor service ${quoted(service.Name)} have a port`,
    ],
    ...intervalChecks(name, 'Interval', check.Interval),
    ...intervalChecks(name, 'Timeout', check.Timeout),
    [
      !['', 'passing', 'warning', 'critical'].includes(check.InitialStatus),
      `check ${name}: invalid initial check state (${check.InitialStatus}), must be one of "passing", "warning", "critical" or empty`,
      'InitialStatus',
    ],
    [
      !['', 'driver', 'host', 'alloc'].includes(check.AddressMode),
      `check ${name}: invalid address_mode ${quoted(check.AddressMode)}, must be "host", "driver" or "alloc"`,
      'AddressMode',
    ],
    [
      type === 'script' && countsResults(check),
      `check ${name}: success_before_passing, failures_before_critical and failures_before_warning are for http, tcp and grpc checks`,
    ],
    [check.Expose && type !== 'http' && type !== 'grpc', `check ${name}: expose is for http and grpc checks`, 'Expose'],
    [check.Expose && check.Name === '', 'a check with expose must have a name', 'Expose'],
    [onUpdate !== undefined, `check ${name}: ${onUpdate}`, 'OnUpdate'],
    ...againstRestart(name, check, service),
    [(check.CheckRestart?.Limit ?? 0) < 0, `check ${name}: limit of check_restart must not be negative`],
    [(check.CheckRestart?.Grace ?? 0) < 0, `check ${name}: grace of check_restart must not be negative`],
  );
}

function countsResults(check: ServiceCheck): boolean {
  return [check.SuccessBeforePassing, check.FailuresBeforeCritical, check.FailuresBeforeWarning ?? 0].some(
    (n) => n > 0,
  );
}

/** A result that is ignored while a deployment is judged must not restart tasks either (job specification, check: on_update). */
function againstRestart(name: string, { OnUpdate, CheckRestart: restart }: ServiceCheck, service: Service) {
  const onUpdate = OnUpdate || service.OnUpdate;
  const findings: (readonly [boolean, string, ...Path])[] = [
    [
      onUpdate === 'ignore' && restart !== null,
      `check ${name}: on_update = "ignore" and check_restart exclude each other`,
      'CheckRestart',
    ],
    [
      onUpdate === 'ignore_warnings' && restart !== null && !restart.IgnoreWarnings,
      `check ${name}: on_update = "ignore_warnings" needs ignore_warnings = true in its check_restart`,
      'CheckRestart',
    ],
  ];
  return findings;
}

function intervalChecks(check: string, field: string, value: number): (readonly [boolean, string, ...Path])[] {
  const least = formatDuration(MIN_CHECK);
  const name = field.toLowerCase();
  return [
    [value === 0, `check ${check}: missing required value ${name}. It cannot be less than ${least}`],
    [
      value !== 0 && value < MIN_CHECK,
      `check ${check}: ${name} (${formatDuration(value)}) cannot be lower than ${least}`,
      field,
    ],
  ];
}

const HOST = /^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i;

function isHost(host: string): boolean {
  return host.length <= 253 && HOST.test(host);
}

function validateRoute({ TCP: tcp, ...route }: Route): Finding[] {
  if (tcp === undefined) return validateHttpRoute(route);
  const isAlone = route.Host === '' && route.Path === '' && !route.StripPath && !route.TLS;
  return when(
    [tcp < 1 || tcp > 65_535, `tcp is a port of the edge, 1 to 65535, not ${tcp}`, 'TCP'],
    [!isAlone, 'a route by port passes connections on as they are: write a second route for host, path and tls', 'TCP'],
  );
}

function validateHttpRoute({ Host: host, Path: path }: Route): Finding[] {
  return when(
    [host === '' && path === '', 'a route needs a host, a path, or both; or tcp'],
    [
      host !== '' && !isInterpolated(host) && !isHost(host),
      `host ${quoted(host)} is not a host name: write it without scheme and port`,
      'Host',
    ],
    [path !== '' && !path.startsWith('/') && !isInterpolated(path), `path ${quoted(path)} must start with /`, 'Path'],
  );
}
