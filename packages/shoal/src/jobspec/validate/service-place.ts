import type { Service, ServiceCheck, TaskGroup } from '@shoal/api';
import { type Finding, quoted, when, within } from './findings.ts';

/** Where services stand: in a group, or in the task of that name. */
export type ServicePlace = { group: TaskGroup; task?: string };

/** What a service may say, and what it must, because of where it stands (job specification, service and check). */
export function validatePlace(services: readonly Service[], place: ServicePlace): Finding[] {
  return services.flatMap((service, i) =>
    within([...(place.task === undefined ? inGroup(service, place.group) : inTask(service, place.task))], i),
  );
}

function inGroup(service: Service, group: TaskGroup): Finding[] {
  const tasks = (group.Tasks ?? []).map(({ Name }) => Name);
  const isUnknown = (task: string) => task !== '' && !tasks.includes(task);
  return [
    ...when(
      [
        service.AddressMode === 'driver',
        `service ${quoted(service.Name)} cannot use address_mode = "driver": only services of a task can`,
        'AddressMode',
      ],
      [
        isUnknown(service.TaskName),
        `service ${quoted(service.Name)} refers to task ${quoted(service.TaskName)}, which the group does not have`,
        'TaskName',
      ],
    ),
    ...eachCheck(service, (check) =>
      when(
        [
          check.Type === 'script' && check.TaskName === '' && service.TaskName === '',
          `Service [${group.Name}]->${service.Name} or Check ${check.Name} must specify task parameter`,
        ],
        [
          isUnknown(check.TaskName),
          `check ${quoted(check.Name)} refers to task ${quoted(check.TaskName)}, which the group does not have`,
          'TaskName',
        ],
        [check.Expose && !hasSidecar(service), exposeNeeds(check), 'Expose'],
      ),
    ),
  ];
}

function inTask(service: Service, task: string): Finding[] {
  const isOther = (name: string) => name !== '' && name !== task;
  const remedy = 'leave task away, or move the service to the group';
  return [
    ...when(
      [
        service.AddressMode === 'alloc',
        `service ${quoted(service.Name)} cannot use address_mode = "alloc": only services of a group can`,
        'AddressMode',
      ],
      [
        isOther(service.TaskName),
        `service ${quoted(service.Name)} of task ${quoted(task)} cannot be of another one: ${remedy}`,
        'TaskName',
      ],
    ),
    ...eachCheck(service, (check) =>
      when(
        [
          isOther(check.TaskName),
          `check ${quoted(check.Name)} of task ${quoted(task)} cannot be of another one: ${remedy}`,
          'TaskName',
        ],
        [check.Expose, exposeNeeds(check), 'Expose'],
      ),
    ),
  ];
}

function exposeNeeds({ Name }: ServiceCheck): string {
  return `check ${quoted(Name)}: expose is for services of a group with connect { sidecar_service {} }`;
}

function eachCheck(service: Service, validate: (check: ServiceCheck) => Finding[]): Finding[] {
  return (service.Checks ?? []).flatMap((check, i) => within(validate(check), 'Checks', i));
}

function hasSidecar({ Connect: connect }: Service): boolean {
  return Boolean((connect as { SidecarService?: unknown } | null)?.SidecarService);
}
