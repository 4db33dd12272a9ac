/** Another datacenter as the configuration gives it. */
export type RemoteSettings = {
  /** Origins of Consul APIs of that datacenter, such as `http://10.0.0.5:8500`; one is enough, others are for when it fails. */
  readonly addresses: readonly string[];
  /** Shown for requests that bring no token of their own. */
  readonly token: string | undefined;
  readonly tls: RemoteTls;
};

/** Absolute paths of PEM files, for addresses of https. */
export type RemoteTls = {
  /** Instead of the system's authorities. */
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  /** The name that the certificate must have instead of the address's. */
  readonly serverName: string | undefined;
};

/** `http://HOST:PORT`, `https://HOST:PORT` or `HOST:PORT` as an origin; 8500 is the usual port. Undefined for anything else. */
export function apiOrigin(written: string): string | undefined {
  const text = written.trim();
  const url = parsedUrl(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`);
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    return undefined;
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.hostname === '') return undefined;
  // URL drops a port that is the protocol's own: then it was given.
  const hasPort = url.port !== '' || /:\d+\/?$/.test(text.replace(/^[a-z]+:\/\//i, ''));
  if (!hasPort && url.protocol === 'http:') url.port = '8500';
  return url.origin;
}

function parsedUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
