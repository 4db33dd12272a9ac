import { FunctionError } from '../errors.ts';
import type { Answers, HealthAnswer, NodeAnswer, NomadServiceAnswer, NomadVariableAnswer } from './answers.ts';
import type { Dependency } from './dependency.ts';
import { givenInstance, givenNode } from './given-instances.ts';

/**
 * Data for templates that somebody has written down, as JSON. All members may be missing, and others are no matter of ours.
 *
 * - `services`: by name a list of instances, each `"10.0.0.1:80"`, an object with `Address`, `Port`, `Tags`, `Meta`, `ID`, `Node`, `Status` and the like, in
 *   any letter case, or an entry of Consul's `/v1/health/service`;
 * - `keys`: by key a text; what is no text becomes JSON;
 * - `nodes`: names, or objects with `Node`, `Address`, `Meta`;
 * - `datacenters`: names;
 * - `variables`: by path an object of texts, as Nomad's variables.
 */
export type GivenData = Readonly<Record<string, unknown>>;

/** The answer to a dependency, or `undefined` if the data says nothing of its kind. @throws FunctionError for data of another shape */
export function givenAnswer(data: GivenData, dependency: Dependency): { readonly answer: unknown } | undefined {
  switch (dependency.type) {
    case 'kv.get':
    case 'kv.block':
      return of(data, 'keys', (keys) => pairs(keys).find(({ Key }) => Key === dependency.key));
    case 'kv.list':
      return of(data, 'keys', (keys) => pairs(keys).filter(({ Key }) => Key.startsWith(dependency.prefix)));
    case 'health.service':
      return of(data, 'services', (services) => {
        const found = instances(services, dependency.name);
        return dependency.tag === '' ? found : found.filter(({ Service }) => Service.Tags?.includes(dependency.tag));
      });
    case 'catalog.services':
      return of(data, 'services', tagsOf);
    case 'catalog.nodes':
      return of(data, 'nodes', nodes);
    case 'catalog.node':
      return of(data, 'nodes', (given) => {
        const found = nodes(given).find(({ Node }) => dependency.name === '' || Node === dependency.name);
        return found && { Node: found, Services: {} };
      });
    case 'catalog.datacenters':
      return of(data, 'datacenters', (names) => listOf(names, 'datacenters').map(String));
    case 'nomad.services':
      return of(data, 'services', (services): Answers['nomad.services'] => [
        {
          Namespace: 'default',
          Services: Object.entries(tagsOf(services)).map(([ServiceName, Tags]) => ({ ServiceName, Tags })),
        },
      ]);
    case 'nomad.service':
      return of(data, 'services', (services) => instances(services, dependency.name).map(nomadInstance));
    case 'nomad.var.get':
    case 'nomad.var.block':
      return of(data, 'variables', (variables) => variable(variables, dependency.path));
    case 'nomad.var.list':
      return of(data, 'variables', (variables) =>
        Object.keys(objectOf(variables, 'variables'))
          .filter((path) => path.startsWith(dependency.prefix))
          .map((path) => variable(variables, path)),
      );
    case 'file':
      return undefined;
  }
}

function of<T>(data: GivenData, member: string, answer: (given: unknown) => T): { answer: T } | undefined {
  return Object.hasOwn(data, member) ? { answer: answer(data[member]) } : undefined;
}

function pairs(keys: unknown): Answers['kv.list'] {
  return Object.entries(objectOf(keys, 'keys')).map(([Key, value]) => ({
    Key,
    Value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64'),
    ...{ Flags: 0, LockIndex: 0, CreateIndex: 1, ModifyIndex: 1 },
  }));
}

function instances(services: unknown, name: string): HealthAnswer[] {
  const all = objectOf(services, 'services');
  if (!Object.hasOwn(all, name)) return [];
  return listOf(all[name], `services.${name}`).map((given, index) => givenInstance(name, given, index));
}

/** Every name with the tags of all its instances. */
function tagsOf(services: unknown): Record<string, string[]> {
  const names = Object.keys(objectOf(services, 'services'));
  const tagged = names.map((name) => [name, instances(services, name).flatMap(({ Service }) => Service.Tags ?? [])]);
  return Object.fromEntries(tagged.map(([name, tags]) => [name, [...new Set(tags)]]));
}

function nodes(given: unknown): NodeAnswer[] {
  return listOf(given, 'nodes').map((node) => givenNode(node));
}

function nomadInstance({ Node, Service }: HealthAnswer): NomadServiceAnswer {
  return {
    ...{ ID: Service.ID, ServiceName: Service.Service, Address: Service.Address || Node.Address, Port: Service.Port },
    ...{
      Tags: Service.Tags,
      JobID: '',
      AllocID: '',
      NodeID: Node.ID,
      Datacenter: Node.Datacenter,
      Namespace: 'default',
    },
  };
}

function variable(variables: unknown, path: string): NomadVariableAnswer | undefined {
  const all = objectOf(variables, 'variables');
  if (!Object.hasOwn(all, path)) return undefined;
  const items = Object.entries(objectOf(all[path], `variables.${path}`)).map(([key, value]) => [key, String(value)]);
  return { Namespace: 'default', Path: path, Items: Object.fromEntries(items), CreateIndex: 1, ModifyIndex: 1 };
}

function objectOf(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new FunctionError(`"${where}" of the data has to be an object`);
}

function listOf(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new FunctionError(`"${where}" of the data has to be a list`);
}
