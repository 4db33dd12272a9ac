import type { CheckRestart, Service, ServiceCheck } from '@shoal/api';
import { canonicalResources } from './canonicalize-resources.ts';
import { CHECK_RESTART_GRACE, GATEWAY_CONNECT_TIMEOUT, KILL_TIMEOUT, LOG_CONFIG } from './defaults.ts';
import type { Draft } from './draft.ts';
import { fill } from './fill.ts';

/** `unnamed` is the name of a service that has none. */
export function canonicalServices(drafts: Draft<Service[]> | null, unnamed: string): Service[] | null {
  return (drafts as Service[] | null)?.map((service) => canonicalService(service, unnamed)) ?? null;
}

function canonicalService(service: Service, unnamed: string): Service {
  return {
    ...service,
    Name: service.Name || unnamed,
    AddressMode: service.AddressMode || 'auto',
    Checks: service.Checks?.map((check) => canonicalCheck(check, service.CheckRestart)) ?? null,
    Connect: canonicalConnect(service.Connect as Connect | null),
    ...(service.Weights && { Weights: fill(service.Weights, { Passing: 1, Warning: 1 }) }),
  };
}

function canonicalCheck(check: ServiceCheck, inherited: CheckRestart | null): ServiceCheck {
  return {
    ...check,
    SuccessBeforePassing: Math.max(0, check.SuccessBeforePassing),
    FailuresBeforeCritical: Math.max(0, check.FailuresBeforeCritical),
    CheckRestart: mergeCheckRestart(inherited, check.CheckRestart),
  };
}

/** A check's own `check_restart` lies over its service's; only what it sets (a limit above 0, `true`) counts. */
function mergeCheckRestart(under: CheckRestart | null, over: CheckRestart | null): CheckRestart | null {
  if (under === null && over === null) return null;
  return {
    Limit: over !== null && over.Limit > 0 ? over.Limit : (under?.Limit ?? 0),
    Grace: over?.Grace ?? under?.Grace ?? CHECK_RESTART_GRACE,
    IgnoreWarnings: over?.IgnoreWarnings || (under?.IgnoreWarnings ?? false),
  };
}

type Block = Record<string, unknown>;
type Connect = { SidecarTask: Block | null; Gateway: { Proxy: Block | null; Ingress: Ingress | null } | null };
type Ingress = { Listeners: { Protocol: string }[] | null };

function canonicalConnect(connect: Connect | null): Connect | null {
  if (connect === null) return null;
  return { ...connect, SidecarTask: canonicalSidecar(connect.SidecarTask), Gateway: canonicalGateway(connect.Gateway) };
}

function canonicalSidecar(task: Block | null): Block | null {
  if (task === null) return null;
  return {
    ...task,
    Resources: canonicalResources(task['Resources'] as never),
    LogConfig: fill(task['LogConfig'] as never, LOG_CONFIG),
    KillTimeout: task['KillTimeout'] ?? KILL_TIMEOUT,
    ShutdownDelay: task['ShutdownDelay'] ?? 0,
  };
}

function canonicalGateway(gateway: Connect['Gateway']): Connect['Gateway'] {
  if (gateway === null) return null;
  const { Proxy: proxy, Ingress: ingress } = gateway;
  return {
    ...gateway,
    Proxy: proxy && { ...proxy, ConnectTimeout: proxy['ConnectTimeout'] ?? GATEWAY_CONNECT_TIMEOUT },
    Ingress: ingress && {
      ...ingress,
      Listeners: ingress.Listeners?.map((each) => ({ ...each, Protocol: each.Protocol || 'tcp' })) ?? null,
    },
  };
}
