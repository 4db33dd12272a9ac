/** Whose words a file is written in. */
export type Dialect = 'consul' | 'nomad' | 'shoal';

/** As messages name it. */
export const FORMS: Readonly<Record<Dialect, string>> = {
  consul: "Consul's form",
  nomad: "Nomad's form",
  shoal: "Shoal's form",
};
