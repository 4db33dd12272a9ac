import { agentFingerprint } from './agent.ts';
import { archFingerprint } from './arch.ts';
import { cniFingerprint } from './cni.ts';
import { cpuFingerprint } from './cpu.ts';
import { driversFingerprint } from './drivers.ts';
import type { Fingerprint } from './fingerprint.ts';
import { hostFingerprint } from './host.ts';
import { memoryFingerprint } from './memory.ts';
import { networkFingerprint } from './network.ts';
import { storageFingerprint } from './storage.ts';

/** All that is found out about a machine. Where two name the same attribute, the later one counts. */
export const fingerprints: readonly Fingerprint[] = [
  archFingerprint,
  cpuFingerprint,
  memoryFingerprint,
  storageFingerprint,
  hostFingerprint,
  networkFingerprint,
  cniFingerprint,
  agentFingerprint,
  driversFingerprint,
];
