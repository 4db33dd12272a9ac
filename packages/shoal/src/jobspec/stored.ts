import type { Job, NetworkResource, Port, Service, ServiceCheck, Task, TaskGroup, UpdateStrategy } from '@shoal/api';
import type { Field, Struct, Values } from './schema/field.ts';
import { zeroValue } from './schema/field.ts';
import { job as jobStruct } from './schema/job.ts';

/**
 * A canonical job as servers keep and show it. It differs from what the parse endpoint answers (recorded from registering
 * and reading jobs): zero values where a draft has `null`, `null` for empty lists and maps, no job-level `Migrate` and
 * `Reschedule` (the groups have them), a job-level `Update` of only `Stagger` and `MaxParallel`, names of services and
 * checks written out, the `default` host network.
 */
export function toStored(job: Job): Job {
  const { Migrate: _migrate, Reschedule: _reschedule, ...rest } = storedStruct(job, jobStruct) as Job;
  const plain = { ...rest, Namespace: rest.Namespace || 'default', Region: rest.Region || 'global' };
  return {
    ...plain,
    Update: storedJobUpdate(job.Update),
    TaskGroups: plain.TaskGroups?.map((group) => storedGroup(group, plain)) ?? null,
  };
}

function storedStruct(value: Values, struct: Struct): Values {
  const stored: Values = {};
  for (const [name, field] of Object.entries(struct.fields)) {
    const kept = storedField(value[name], field);
    const isAbsent = kept === undefined || (kept === null && field.presence === 'later');
    if (!isAbsent) stored[name] = kept;
  }
  return stored;
}

function storedField(value: unknown, field: Field): unknown {
  if (value === undefined && field.presence === 'later') return undefined;
  if (value === null || value === undefined) {
    return field.kind === 'scalar' && field.presence !== 'pointer' ? zeroValue(field.type) : null;
  }
  switch (field.kind) {
    case 'scalar':
      return value;
    case 'struct':
      return storedStruct(value as Values, field.struct);
    case 'structs':
      return emptyAsNull((value as Values[]).map((item) => storedStruct(item, field.struct)));
    case 'keyed':
      return emptyAsNull(mapValues(value as Record<string, Values>, (item) => storedStruct(item, field.struct)));
    default:
      return emptyAsNull(value as object);
  }
}

function emptyAsNull(value: object): object | null {
  return Object.keys(value).length > 0 ? value : null;
}

function mapValues<T, U>(map: Record<string, T>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}

const NO_UPDATE: UpdateStrategy = {
  Stagger: 0,
  MaxParallel: 0,
  HealthCheck: '',
  MinHealthyTime: 0,
  HealthyDeadline: 0,
  ProgressDeadline: 0,
  AutoRevert: false,
  AutoPromote: false,
  Canary: 0,
};

function storedJobUpdate(update: UpdateStrategy | null): UpdateStrategy {
  return { ...NO_UPDATE, Stagger: update?.Stagger ?? 0, MaxParallel: update?.MaxParallel ?? 0 };
}

function storedGroup(group: TaskGroup, job: Job): TaskGroup {
  const scaling = group.Scaling && {
    ...group.Scaling,
    Target: { Namespace: job.Namespace, Job: job.ID, Group: group.Name },
  };
  return {
    ...group,
    Scaling: scaling,
    Networks: storedNetworks(group.Networks),
    Services: storedServices(group.Services, { job: job.Name, group: group.Name, task: 'group' }),
    Tasks: group.Tasks?.map((task) => storedTask(task, group, job)) ?? null,
  };
}

function storedTask(task: Task, group: TaskGroup, job: Job): Task {
  return {
    ...task,
    CSIPluginConfig: task.CSIPluginConfig ?? null,
    Resources: { ...task.Resources, Networks: storedNetworks(task.Resources.Networks) },
    Services: storedServices(task.Services, { job: job.Name, group: group.Name, task: task.Name }),
  };
}

function storedNetworks(networks: NetworkResource[] | null): NetworkResource[] | null {
  const onDefault = (ports: Port[] | null) =>
    ports?.map((port) => ({ ...port, HostNetwork: port.HostNetwork || 'default' })) ?? null;
  const stored = networks?.map((each) => ({
    ...each,
    ReservedPorts: onDefault(each.ReservedPorts),
    DynamicPorts: onDefault(each.DynamicPorts),
  }));
  return stored ?? null;
}

type Owner = { job: string; group: string; task: string };

function storedServices(services: Service[] | null, owner: Owner): Service[] | null {
  return services?.map((service) => storedService(service, owner)) ?? null;
}

function storedService(service: Service, owner: Owner): Service {
  const name = writtenOutName(service.Name, owner);
  return { ...service, Name: name, Checks: service.Checks && namedChecks(service.Checks, name) };
}

/** A check without a name is called after its service; further ones are numbered, for names must differ. */
function namedChecks(checks: ServiceCheck[], service: string): ServiceCheck[] {
  let unnamed = 0;
  return checks.map((check) => {
    if (check.Name !== '') return check;
    unnamed++;
    return { ...check, Name: `service: "${service}" check${unnamed > 1 ? ` ${unnamed}` : ''}` };
  });
}

/** Job specification, service: `${JOB}`, `${GROUP}`, `${TASK}` and `${BASE}` are known when the job is registered. */
function writtenOutName(name: string, { job, group, task }: Owner): string {
  const words: Record<string, string> = {
    JOB: job,
    GROUP: group,
    TASKGROUP: group,
    TASK: task,
    BASE: `${job}-${group}-${task}`,
  };
  return name.replace(/\$\{(JOB|GROUP|TASKGROUP|TASK|BASE)\}/g, (_whole, word: string) => words[word] as string);
}
