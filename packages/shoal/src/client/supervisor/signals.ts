import { constants } from 'node:os';

const numbers = new Map<string, number>(Object.entries(constants.signals));

/** "SIGINT", "INT", "sigint" and "2" alike; undefined for what the system does not know. */
export function signalNumber(name: string): number | undefined {
  const plain = name.trim().toUpperCase();
  if (/^\d+$/.test(plain)) return [...numbers.values()].find((number) => number === Number(plain));
  return numbers.get(plain.startsWith('SIG') ? plain : `SIG${plain}`);
}

/** As in Nomad, a name that no signal has stands for an interrupt. */
export function knownSignal(name: string): string {
  return signalNumber(name) === undefined ? 'SIGINT' : name;
}
