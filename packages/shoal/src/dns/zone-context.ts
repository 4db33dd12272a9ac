import type { DnsSettings } from './settings.ts';
import type { CatalogView, MeshView, QueryView, RemoteView } from './view.ts';

/** All that an answer depends on. */
export type ZoneContext = {
  readonly view: CatalogView;
  readonly queries?: QueryView;
  readonly mesh?: MeshView;
  /** Another datacenter, by its name in lower case; undefined when it is not known. */
  readonly remote?: (datacenter: string) => RemoteView | undefined;
  /** Where what is answered is: the names in the answer have it. That of `view` unless it is another. */
  readonly datacenter?: string;
  readonly settings: DnsSettings;
  /** In [0, 1): decides the order of instances. */
  readonly random: () => number;
  /** Seconds since 1970: the serial of the SOA record. */
  readonly now: number;
};
