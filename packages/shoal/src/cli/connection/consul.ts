import { readFileSync } from 'node:fs';
import {
  type ConsulClient,
  type ConsulClientOptions,
  type ConsulHttp,
  createConsulClient,
  createConsulHttp,
} from '@shoal/api';
import type { Env } from '../command.ts';
import { CommandError } from '../errors.ts';
import type { FlagSpec, FlagSpecs, FlagValues } from '../flags.ts';
import { nodeFetch } from './node-fetch.ts';
import { apiAddress, isTrue } from './nomad.ts';

const CONNECTION = 'Connection';

/** What every command that asks Consul's API takes. */
export const CONSUL_FLAGS = {
  'http-addr': connection('URL', 'Where the API is; default http://127.0.0.1:8500', 'CONSUL_HTTP_ADDR'),
  datacenter: connection('NAME', 'Datacenter to ask; default: that of the agent', 'CONSUL_DATACENTER'),
  token: connection('TOKEN', 'Sent with each request', 'CONSUL_HTTP_TOKEN'),
  'token-file': connection('FILE', 'The token is in this file', 'CONSUL_HTTP_TOKEN_FILE'),
  namespace: { ...connection('NAME', 'Refused, as without Consul Enterprise', 'CONSUL_NAMESPACE'), hidden: true },
  partition: { ...connection('NAME', 'Refused, as without Consul Enterprise', 'CONSUL_PARTITION'), hidden: true },
  'ca-file': connection('FILE', "Certificate of the authority that signed the API's", 'CONSUL_CACERT'),
  'ca-path': connection('FOLDER', 'Certificates of authorities', 'CONSUL_CAPATH'),
  'client-cert': connection('FILE', 'Certificate to show', 'CONSUL_CLIENT_CERT'),
  'client-key': connection('FILE', 'Key of that certificate', 'CONSUL_CLIENT_KEY'),
  'tls-server-name': connection('NAME', "Name that the API's certificate must have", 'CONSUL_TLS_SERVER_NAME'),
  stale: { kind: 'bool', help: 'Any server may answer', group: CONNECTION },
} as const satisfies FlagSpecs;

export const DEFAULT_CONSUL_ADDRESS = 'http://127.0.0.1:8500';

type ConsulFlags = FlagValues<typeof CONSUL_FLAGS>;

export function connectConsul(flags: ConsulFlags, env: Env): ConsulClient {
  return createConsulClient(connectionOf(flags, env));
}

/** The API by its paths, for what the typed client has no method for. */
export function connectConsulHttp(flags: ConsulFlags, env: Env): ConsulHttp {
  return createConsulHttp(connectionOf(flags, env));
}

export function connectionOf(flags: ConsulFlags, env: Env): ConsulClientOptions {
  const text = (name: Exclude<keyof typeof CONSUL_FLAGS, 'stale'>) =>
    flags[name] || env[CONSUL_FLAGS[name].env] || undefined;
  const given = text('http-addr') ?? DEFAULT_CONSUL_ADDRESS;
  const secure = isTrue(env['CONSUL_HTTP_SSL']) && !given.includes('://');
  const [token, datacenter, serverName] = [tokenOf(text), text('datacenter'), text('tls-server-name')];
  const [namespace, partition, caPath] = [text('namespace'), text('partition'), text('ca-path')];
  const [caFile, certFile, keyFile] = [text('ca-file'), text('client-cert'), text('client-key')];
  return {
    address: apiAddress(secure ? `https://${given}` : given, '-http-addr or CONSUL_HTTP_ADDR'),
    ...(token && { token }),
    ...(datacenter && { datacenter }),
    query: {
      ...(flags.stale && { stale: '' }),
      ...(namespace && { ns: namespace }),
      ...(partition && { partition }),
    },
    fetch: nodeFetch({
      ...(caFile && { caFile }),
      ...(caPath && { caPath }),
      ...(certFile && { certFile }),
      ...(keyFile && { keyFile }),
      ...(serverName && { serverName }),
      skipVerify: env['CONSUL_HTTP_SSL_VERIFY'] === 'false' || env['CONSUL_HTTP_SSL_VERIFY'] === '0',
    }),
  };
}

type Text = (name: 'token' | 'token-file') => string | undefined;

function tokenOf(text: Text): string | undefined {
  const file = text('token-file');
  if (text('token') !== undefined || file === undefined) return text('token');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new CommandError(`cannot read the token (-token-file): ${(error as Error).message}`);
  }
}

function connection<const E extends string>(value: string, help: string, env: E) {
  return { kind: 'text', value, help, env, group: CONNECTION } as const satisfies FlagSpec;
}
