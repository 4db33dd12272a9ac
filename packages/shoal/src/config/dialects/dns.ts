import { converted, type ValueField } from '../fields.ts';

const STRATEGIES = ['sequential', 'random'] as const;

/** Consul's names. */
export const recursorStrategy: ValueField = converted(
  'text',
  'dns.recursorStrategy',
  (name: string) => STRATEGIES.find((strategy) => strategy === name),
  '"sequential" or "random"',
);

/** Ports beside the first, as numbers or as text. */
export const morePorts: ValueField = converted(
  'texts',
  'dns.ports',
  (given: readonly string[]) => {
    const ports = given.map(Number).filter((port) => Number.isInteger(port) && port > 0 && port <= 65_535);
    return ports.length === given.length ? ports : undefined;
  },
  'a list of ports, 1 to 65535',
);
