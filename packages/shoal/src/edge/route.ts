/**
 * One rule of the edge: requests for `host` and `path` go to one of `backends`. Without backends the route exists and nobody can answer.
 * Routes are plain data: a data plane gets all of them and applies them.
 */
export type Route = {
  /** In lower case without port: a name, `*.NAME` for every name below it, or empty for any host. */
  readonly host: string;
  /** Begins with a slash. */
  readonly path: string;
  /** How the path is compared: on segment boundaries (`/api` is not `/apis`), as the beginning of the text, or as the whole. */
  readonly match: PathMatch;
  /** Whether the route is meant for HTTPS, and wants a certificate for its host. */
  readonly tls: boolean;
  /** Names of the services behind it, in order. */
  readonly services: readonly string[];
  readonly backends: readonly Backend[];
};

export type PathMatch = 'segment' | 'prefix' | 'exact';

export type Backend = {
  /** Unique in the catalog. */
  readonly id: string;
  readonly address: string;
  readonly port: number;
  readonly weight: number;
  /** Beginning of the path that this backend does not get to see; empty for none. */
  readonly strip: string;
};

/** Connections to `port` of the edge go, byte for byte, to one of `backends`, whose `strip` means nothing here. */
export type TcpRoute = {
  /** 1 to 65535. No two routes have the same. */
  readonly port: number;
  /** Names of the services behind it, in order. */
  readonly services: readonly string[];
  readonly backends: readonly Backend[];
  /** Where its instances are, those that do not pass included: an edge never listens in the place of one. */
  readonly places: readonly Place[];
};

export type Place = { readonly address: string; readonly port: number };
