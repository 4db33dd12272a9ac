import { isMapping, type Mapping } from './yaml-values.ts';

/** Keys whose texts become expressions with variables. Of all others the importer must know what they come to. */
const WRITTEN = new Set([
  ...['image', 'build', 'command', 'entrypoint', 'environment', 'labels', 'user', 'hostname', 'working_dir'],
  ...['cap_add', 'cap_drop', 'security_opt', 'dns', 'dns_search', 'dns_opt', 'group_add', 'mac_address', 'runtime'],
  ...['network_mode', 'pid', 'ipc', 'sysctls', 'storage_opt', 'logging', 'container_name', 'annotations'],
]);

type Resolve = (text: string) => string | undefined;

/** The service with the values that are known in all that the importer has to understand; the rest stands as it is. */
export function known(service: Mapping, resolve: Resolve): Mapping {
  return Object.fromEntries(
    Object.entries(service).map(([key, value]) => [key, WRITTEN.has(key) ? value : knownIn(value, resolve)]),
  );
}

function knownIn(value: unknown, resolve: Resolve): unknown {
  if (typeof value === 'string') return resolve(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => knownIn(item, resolve));
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, isWritten(key) ? item : knownIn(item, resolve)]),
  );
}

/** What could not be known of keys that tell nothing of it by themselves. */
export function unknowns(service: Mapping, resolve: Resolve): string[] {
  const keys = Object.keys(service).filter((key) => !WRITTEN.has(key) && key !== 'volumes' && key !== 'ports');
  return keys.flatMap((key) =>
    unknownIn(service[key], resolve).map((text) => `${key}: what "${text}" comes to is not known here.`),
  );
}

function unknownIn(value: unknown, resolve: Resolve): string[] {
  if (typeof value === 'string') return resolve(value) === undefined ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => unknownIn(item, resolve));
  if (!isMapping(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => (isWritten(key) ? [] : unknownIn(item, resolve)));
}

/** A check's command and labels are written with variables. */
function isWritten(key: string): boolean {
  return key === 'test' || key === 'labels';
}
