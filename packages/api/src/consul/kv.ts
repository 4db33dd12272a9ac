/** A key as `GET /v1/kv/:key` shows it. `Value` is base64, `null` when empty; `Flags` is an unsigned 64-bit number, so it may exceed what a double holds. */
export type KVPair = {
  Key: string;
  Value: string | null;
  Flags: number | bigint;
  LockIndex: number;
  Session?: string;
  CreateIndex: number;
  ModifyIndex: number;
};
