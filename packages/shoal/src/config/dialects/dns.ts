import { converted, type ValueField } from '../fields.ts';

/** Consul's names; what is none of them is the default. */
export const recursorStrategy: ValueField = converted('text', 'dns.recursorStrategy', (name: string) =>
  name === 'random' ? 'random' : 'sequential',
);

/** Ports beside the first, as numbers or as text. */
export const morePorts: ValueField = converted('texts', 'dns.ports', (given: readonly string[]) => {
  const ports = given.map(Number).filter((port) => Number.isInteger(port) && port > 0 && port <= 65_535);
  return ports.length === given.length ? ports : undefined;
});
