import type { NodePoolBody } from '@shoal/api';
import { CommandError } from '../errors.ts';
import type { Io } from '../io.ts';
import { plainSpec, type SpecFormat } from '../plain-spec.ts';

/**
 * A node pool as it is written down (https://developer.hashicorp.com/nomad/docs/other-specifications/node-pool): in HCL one block `node_pool "NAME"`, in
 * JSON the object of the API. @throws CommandError, or ToldError when the mistake has been shown
 */
export function readNodePool(text: string, file: string, format: SpecFormat, io: Io): NodePoolBody {
  const given = plainSpec(text, file, format, io);
  const { name, pool } = format === 'json' ? fromJson(given, file) : fromHcl(given, file);
  const members = new Map(Object.entries(pool).map(([key, value]) => [key.toLowerCase(), value]));
  const odd = [...members.keys()].find((key) => !KNOWN.includes(key));
  if (odd !== undefined)
    throw new CommandError(`${file}: a node pool has no "${odd}"; it has "description" and "meta"`);
  if (members.get('scheduler_config') || members.get('schedulerconfiguration'))
    throw new CommandError(
      `${file}: pools have no scheduler settings of their own: "operator scheduler set-config" is for all of them`,
    );
  return { Name: name, Description: textOf(members.get('description'), file), Meta: metaOf(members.get('meta'), file) };
}

const KNOWN = [
  ...['name', 'description', 'meta', 'scheduler_config', 'schedulerconfiguration'],
  ...['createindex', 'modifyindex'],
];

type Given = { name: string; pool: object };

function fromHcl(given: unknown, file: string): Given {
  const pools = Object.entries(isObject(given) ? given : {});
  const named = pools.length === 1 && pools[0]?.[0] === 'node_pool' && isObject(pools[0][1]) ? pools[0][1] : {};
  const [[name, pool] = [], ...more] = Object.entries(named);
  if (name === undefined || !isObject(pool) || more.length > 0)
    throw new CommandError(`${file}: has to be one block node_pool "NAME" { … }; "node pool init" writes an example`);
  return { name, pool };
}

function fromJson(given: unknown, file: string): Given {
  const name = isObject(given) ? Object.entries(given).find(([key]) => key.toLowerCase() === 'name')?.[1] : undefined;
  if (!isObject(given) || typeof name !== 'string')
    throw new CommandError(`${file}: has to be an object with a "Name"; "node pool init -out=json" writes an example`);
  return { name, pool: given };
}

function textOf(value: unknown, file: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new CommandError(`${file}: "description" has to be a text`);
  return value;
}

/** Numbers and truth values are written without quotes by habit. */
function metaOf(value: unknown, file: string): Record<string, string> | null {
  if (value === undefined || value === null) return null;
  if (!isObject(value) || Object.values(value).some((each) => typeof each === 'object'))
    throw new CommandError(`${file}: "meta" has to be one object of texts`);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, String(each)]));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
