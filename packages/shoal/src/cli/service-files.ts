import { plainObject, readDocument } from '../config/document.ts';
import { CommandError } from './errors.ts';
import { readText } from './read-text.ts';

export type ServiceBody = Readonly<Record<string, unknown>>;

/** The services that files in the form of Consul's configuration define, as its API takes them. */
export async function serviceFiles(paths: readonly string[]): Promise<ServiceBody[]> {
  const services: ServiceBody[] = [];
  for (const path of paths) {
    const { root, diagnostics } = readDocument(await readText(path), path);
    const [wrong] = diagnostics.filter(({ severity }) => severity === 'error');
    if (wrong) throw new CommandError(`${path}: ${wrong.summary}`);
    const { service, services: more } = plainObject(root);
    services.push(...[service, more].flat().filter(isObject).map(apiService));
  }
  if (services.length === 0)
    throw new CommandError('no file defines a service ("service { … }" or "services = [ … ]")');
  return services;
}

/** Several blocks `check` are the API's `Checks`. */
function apiService({ check, checks, ...service }: Record<string, unknown>): ServiceBody {
  const all = [check, checks].flat().filter(isObject);
  return { ...service, ...(all.length > 0 && { Checks: all }) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
