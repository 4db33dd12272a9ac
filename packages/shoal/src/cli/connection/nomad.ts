import { createNomadClient, type NomadClient } from '@shoal/api';
import type { Env } from '../command.ts';
import { CommandError } from '../errors.ts';
import { type FlagSpec, type FlagSpecs, type FlagValues, parseFlags } from '../flags.ts';
import { nodeFetch } from './node-fetch.ts';

const CONNECTION = 'Connection';

/** What every command that asks Nomad's API takes. */
export const NOMAD_FLAGS = {
  address: connection('URL', 'Where the API is; default http://127.0.0.1:4646', 'NOMAD_ADDR'),
  region: connection('NAME', 'Region to ask; default: that of the agent', 'NOMAD_REGION'),
  namespace: connection('NAME', 'Namespace to ask; default: default', 'NOMAD_NAMESPACE'),
  token: connection('TOKEN', 'Sent with each request', 'NOMAD_TOKEN'),
  'ca-cert': connection('FILE', "Certificate of the authority that signed the API's", 'NOMAD_CACERT'),
  'client-cert': connection('FILE', 'Certificate to show', 'NOMAD_CLIENT_CERT'),
  'client-key': connection('FILE', 'Key of that certificate', 'NOMAD_CLIENT_KEY'),
  'tls-server-name': connection('NAME', "Name that the API's certificate must have", 'NOMAD_TLS_SERVER_NAME'),
  'tls-skip-verify': {
    kind: 'bool',
    help: 'Take any certificate',
    env: 'NOMAD_SKIP_VERIFY',
    group: CONNECTION,
  },
  'no-color': { kind: 'bool', help: 'No colours; so does NO_COLOR', hidden: true },
} as const satisfies FlagSpecs;

export const DEFAULT_NOMAD_ADDRESS = 'http://127.0.0.1:4646';

export function connectNomad(flags: FlagValues<typeof NOMAD_FLAGS>, env: Env): NomadClient {
  return createNomadClient(nomadConnection(flags, env));
}

/** As the environment says, at that address if one is given. */
export function connectNomadAt(address: string | undefined, env: Env): NomadClient {
  return connectNomad({ ...parseFlags(NOMAD_FLAGS, []).flags, address }, env);
}

/** Where the API is and how it is spoken to, for what the typed client has no method for. */
export function nomadConnection(flags: FlagValues<typeof NOMAD_FLAGS>, env: Env) {
  const text = (name: Exclude<keyof typeof NOMAD_FLAGS, 'tls-skip-verify' | 'no-color'>) =>
    flags[name] || env[NOMAD_FLAGS[name].env] || undefined;
  const [caFile, certFile, keyFile] = [text('ca-cert'), text('client-cert'), text('client-key')];
  const [region, namespace, token, serverName] = [
    text('region'),
    text('namespace'),
    text('token'),
    text('tls-server-name'),
  ];
  const tls = {
    ...(caFile && { caFile }),
    ...(certFile && { certFile }),
    ...(keyFile && { keyFile }),
    ...(serverName && { serverName }),
    skipVerify: flags['tls-skip-verify'] ?? isTrue(env[NOMAD_FLAGS['tls-skip-verify'].env]),
  };
  return {
    address: apiAddress(text('address') ?? DEFAULT_NOMAD_ADDRESS, '-address or NOMAD_ADDR'),
    ...(region && { region }),
    ...(namespace && { namespace }),
    ...(token && { token }),
    tls,
    fetch: nodeFetch(tls),
  };
}

/** A URL from what users write: the scheme may be missing. */
export function apiAddress(given: string, from: string): string {
  const url = /^[a-z+]+:\/\//i.test(given) ? given : `http://${given}`;
  if (!URL.canParse(url) || !/^https?:/i.test(url))
    throw new CommandError(`"${given}" (${from}) is no address of an API: write for example http://127.0.0.1:4646`);
  return url;
}

export function isTrue(text: string | undefined): boolean {
  return /^(1|t|true)$/i.test(text ?? '');
}

function connection<const E extends string>(value: string, help: string, env: E) {
  return { kind: 'text', value, help, env, group: CONNECTION } as const satisfies FlagSpec;
}
