import { TemplateFileError } from '../errors.ts';

/**
 * Reads lines of `KEY=value` into variables, as a template with `env = true` makes them
 * (https://developer.hashicorp.com/nomad/docs/job-specification/template#environment-variables): blank lines and comments are passed over, `export`
 * may stand in front, a value may be quoted: '…' is taken as it is, "…" knows \n, \t, \r, \" and \\.
 *
 * Throws `TemplateFileError` that names the line.
 */
export function parseEnvFile(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const [, name, value = ''] = /^(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*)$/s.exec(trimmed) ?? [];
    if (name === undefined)
      throw new TemplateFileError(`line ${index + 1} is not of the form KEY=value: ${shorten(trimmed)}`);
    variables[name] = parseValue(value, index + 1);
  }
  return variables;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$' };

function parseValue(text: string, line: number): string {
  const quote = text.charAt(0);
  if (quote === "'") return quoted(/^'([^']*)'\s*(?:#.*)?$/.exec(text), line);
  if (quote === '"') {
    const inner = quoted(/^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/s.exec(text), line);
    return inner.replace(/\\(.)/gs, (whole, char: string) => ESCAPES[char] ?? whole);
  }
  return text.replace(/\s+#.*$/, '');
}

function quoted(found: RegExpExecArray | null, line: number): string {
  if (found === null)
    throw new TemplateFileError(`line ${line}: the quoted value does not end, or something stands behind it`);
  return found[1] ?? '';
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
