/**
 * As much of the platform's fetch as the clients need. Programs that want another transport (another TLS set-up, no limit on how long a body may be
 * silent) give one in this shape.
 */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchAnswer>;

export type FetchInit = {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
};

export type FetchAnswer = {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** `null` when there is none. Read either this or `text()`, once. */
  readonly body: AsyncIterable<Uint8Array> | null;
  text(): Promise<string>;
};
