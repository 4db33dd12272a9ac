import { plainObject, readDocument } from '../config/document.ts';
import { CommandError, ToldError } from './errors.ts';
import type { Io } from './io.ts';
import { diagnosticFrames } from './show/diagnostic-frames.ts';

export type SpecFormat = 'hcl' | 'json';

/** The content of a small specification as plain data; labels of HCL's blocks are members. @throws CommandError, or ToldError when the mistake has been shown */
export function plainSpec(text: string, file: string, format: SpecFormat, io: Io): unknown {
  return format === 'json' ? parseJson(text, file) : parseHcl(text, file, io);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${file} is not JSON: ${reason}. For HCL say -in=hcl.`);
  }
}

function parseHcl(text: string, file: string, io: Io): unknown {
  const { root, diagnostics } = readDocument(text, file.endsWith('.hcl') ? file : `${file}.hcl`);
  const wrong = diagnostics.filter(({ severity }) => severity === 'error');
  if (wrong.length === 0) return plainObject(root);
  io.err(diagnosticFrames(wrong, new Map(wrong.map(({ range }) => [range?.filename ?? '', text])), io));
  throw new ToldError();
}
