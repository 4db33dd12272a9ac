import type { Requests } from './request.ts';

/** A key that the servers encrypt with (https://developer.hashicorp.com/nomad/api-docs/operator/keyring). `CreateTime`: Unix nanoseconds. */
export type RootKey = {
  readonly KeyID: string;
  readonly Algorithm: string;
  /** New secrets are encrypted with the active one. */
  readonly State: 'active' | 'inactive';
  readonly CreateTime: number;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
};

export type KeyringApi = {
  list(): Promise<RootKey[]>;
  /** Makes a new key active. With `full` all that was encrypted with others is encrypted with it. */
  rotate(options?: { full?: boolean }): Promise<RootKey>;
  /** An inactive one that nothing is encrypted with. */
  remove(id: string): Promise<void>;
};

export function keyringApi({ read, write }: Requests): KeyringApi {
  return {
    list: async () => (await read<RootKey[]>('/v1/operator/keyring/keys')).value,
    rotate: async ({ full } = {}) =>
      (await write<{ Key: RootKey }>('PUT', '/v1/operator/keyring/rotate', { query: { full } })).Key,
    remove: async (id) => {
      await write('DELETE', `/v1/operator/keyring/key/${encodeURIComponent(id)}`);
    },
  };
}
