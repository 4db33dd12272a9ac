import { type Diagnostic, hasErrors, parse, type Range } from '@shoal/hcl';
import { parseFirstVersion } from './first-version.ts';

/** What to say of a job file that cannot be read because it is in another language than HCL2: in place of all that is wrong with it, or behind that. */
export function withOtherLanguage(
  source: string,
  filename: string,
  mistakes: readonly Diagnostic[],
): readonly Diagnostic[] {
  if (!hasErrors(parse(source, filename).diagnostics)) return mistakes;
  const template = TEMPLATE.exec(source);
  if (template) return [isTemplate(rangeOf(source, template.index, filename))];
  const other = otherTemplate(source, mistakes);
  if (other) return [...mistakes, other];
  const isFirstVersion = source.length <= MOST && !hasErrors(parseFirstVersion(source, filename).diagnostics);
  return isFirstVersion ? [...mistakes, FIRST_VERSION] : mistakes;
}

/** Reading the first version again and again is not worth it for longer files. */
const MOST = 262_144;

/** `[[ .name ]]`, `[[ range $x := … ]]`, `[[ var "name" . ]]`: nothing that a list in a list can look like. */
const TEMPLATE = /\[\[-?\s*(?:[.$]|\/\*|(?:range|if|else|end|with|define|template|include)\b(?!\s*[.,\]])|\w+\s+")/;

function isTemplate(range: Range): Diagnostic {
  return {
    severity: 'error',
    summary: 'The file is a template of a job file',
    detail: 'What stands in "[[ ]]" is for Levant or Nomad Pack, which make a job file of it.',
    range,
    remedy: 'render it first (levant render FILE, or nomad-pack render PACK), and give the result',
  };
}

/** Programs that fill in files of any kind, by how a line with a mistake looks then. */
const FILLED_IN_BY = [
  {
    looks: /^\s*%\{|[=[,]\s*\$\{(?!\s*(?:var|local)\.)/,
    remedy: 'fill it in first: templatefile of Terraform, for one',
  },
  { looks: /^\s*\{[%#]|[=[,]\s*\{\{|^\s*\{\{/, remedy: 'fill it in first: the template module of Ansible, for one' },
  { looks: /[=[,]\s*#\{/, remedy: 'fill it in first: Octopus Deploy, for one' },
];

function otherTemplate(source: string, mistakes: readonly Diagnostic[]): Diagnostic | undefined {
  const lines = source.split('\n');
  for (const { range } of mistakes) {
    const line = range && lines[range.start.line - 1];
    const found = line === undefined ? undefined : FILLED_IN_BY.find(({ looks }) => looks.test(line));
    if (found && range) return mayBeTemplate(range.start.line, found.remedy);
  }
  return undefined;
}

function mayBeTemplate(line: number, remedy: string): Diagnostic {
  return {
    severity: 'warning',
    summary: 'The file looks like a template of a job file',
    detail: `Line ${line} waits for another program to fill in a value.`,
    remedy,
  };
}

const FIRST_VERSION: Diagnostic = {
  severity: 'warning',
  summary: 'The file is in the first version of HCL',
  detail: 'That has names in quotes, blocks of several things on one line, and "%{" as text; this version has not.',
  remedy: 'add -hcl1 to read it as it is, or change what is told above',
};

function rangeOf(source: string, offset: number, filename: string): Range {
  const before = source.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  const start = {
    line: before.split('\n').length,
    column: [...before.slice(lineStart)].length + 1,
    byte: Buffer.byteLength(before),
  };
  return { filename, start, end: { ...start, column: start.column + 2, byte: start.byte + 2 } };
}
