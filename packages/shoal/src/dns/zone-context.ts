import type { DnsSettings } from './settings.ts';
import type { CatalogView, QueryView } from './view.ts';

/** All that an answer depends on. */
export type ZoneContext = {
  readonly view: CatalogView;
  readonly queries?: QueryView;
  readonly settings: DnsSettings;
  /** In [0, 1): decides the order of instances. */
  readonly random: () => number;
  /** Seconds since 1970: the serial of the SOA record. */
  readonly now: number;
};
