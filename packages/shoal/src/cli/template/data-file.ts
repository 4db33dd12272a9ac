import type { GivenData } from '@shoal/gotemplate';
import { CommandError } from '../errors.ts';
import type { Io } from '../io.ts';
import { readText } from '../read-text.ts';

/** Data in JSON: a path, or `-` for the standard input. @throws CommandError */
export async function readData(path: string, io: Io): Promise<GivenData> {
  const text = path === '-' ? (await io.input()).toString('utf8') : await readText(path);
  const value = parsed(path, text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as GivenData;
  throw new CommandError(`the data in ${path} has to be a JSON object, such as {"services": {"web": ["10.0.0.1:80"]}}`);
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CommandError(`${path} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
