import type { ConsulHttp } from '@shoal/api';

/** A session that is kept alive. `lost` fires when it must be taken for dead: destroyed, or not renewed for as long as its TTL. */
export type KeptSession = { readonly id: string; readonly lost: AbortSignal; end(): Promise<void> };

export type SessionWish = {
  readonly name: string;
  readonly ttlSeconds: number;
  /** What becomes of its keys when it ends. */
  readonly behavior: 'release' | 'delete';
};

export async function keepSession(http: ConsulHttp, { name, ttlSeconds, behavior }: SessionWish): Promise<KeptSession> {
  const body = JSON.stringify({ Name: name, TTL: `${ttlSeconds}s`, Behavior: behavior });
  const { value } = await http.ask<{ ID: string }>('PUT', '/v1/session/create', { body });
  const id = value?.ID ?? '';
  const lost = new AbortController();
  let renewedAt = performance.now();
  let busy = false;
  const timer = setInterval(() => void renew(), (ttlSeconds * 1000) / 3);
  return {
    id,
    lost: lost.signal,
    async end() {
      clearInterval(timer);
      await http.ask('PUT', `/v1/session/destroy/${id}`);
    },
  };

  async function renew(): Promise<void> {
    // The servers count from when they hear us; we count from when we asked, which is earlier.
    if (performance.now() - renewedAt > ttlSeconds * 1000) lost.abort();
    if (busy) return;
    busy = true;
    const askedAt = performance.now();
    try {
      const { status } = await http.ask('PUT', `/v1/session/renew/${id}`, { missing: true });
      if (status === 404) lost.abort();
      else renewedAt = askedAt;
    } catch {
      // Asked again soon; the time that is left is what counts.
    } finally {
      busy = false;
    }
  }
}
