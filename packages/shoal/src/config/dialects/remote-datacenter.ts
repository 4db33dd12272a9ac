import { apiOrigin, type RemoteSettings } from '../../federation/settings.ts';
import { type Field, free } from '../fields.ts';

/** Each of them is known; `readRemote` looks at the values. */
const known = free();

/** `remote_datacenter "dc2" { addresses = ["http://10.0.0.5:8500"] }`: a datacenter that is reached by its Consul API. */
export const remoteDatacenter: Field = {
  kind: 'labelled',
  to: 'remoteDatacenters',
  fields: {
    addresses: known,
    token: known,
    ca_file: known,
    cert_file: known,
    key_file: known,
    tls_server_name: known,
  },
  read: readRemote,
};

function readRemote(body: Record<string, unknown>): { value: RemoteSettings } | string {
  const given = [body['addresses'] ?? []].flat().map(String);
  if (given.length === 0) return 'It needs the address of a Consul API there: addresses = ["http://10.0.0.5:8500"].';
  const wrong = given.find((address) => apiOrigin(address) === undefined);
  if (wrong !== undefined)
    return `"${wrong}" is no address of an API: write http://HOST:PORT or https://HOST:PORT, without a path.`;
  const tls = {
    caFile: optional(body['ca_file']),
    certFile: optional(body['cert_file']),
    keyFile: optional(body['key_file']),
    serverName: optional(body['tls_server_name']),
  };
  if ((tls.certFile === undefined) !== (tls.keyFile === undefined))
    return 'A certificate of its own needs both cert_file and key_file.';
  const addresses = [...new Set(given.flatMap((address) => apiOrigin(address) ?? []))];
  return { value: { addresses, token: optional(body['token']), tls } };
}

function optional(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
