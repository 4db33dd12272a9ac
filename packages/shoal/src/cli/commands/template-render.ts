import {
  bytesOf,
  type ConsulTemplate,
  compileConsulTemplate,
  nameOf,
  type Resolved,
  resolveTemplate,
  TemplateError,
  textOf,
} from '@shoal/gotemplate';
import { localMachine } from '../../config/addresses/local-machine.ts';
import { evaluateSockaddr } from '../../config/addresses/sockaddr/evaluate.ts';
import { type Call, defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsul } from '../connection/consul.ts';
import { connectNomadAt, NOMAD_FLAGS } from '../connection/nomad.ts';
import { CommandError, ToldError } from '../errors.ts';
import type { FlagSpecs } from '../flags.ts';
import { jsonText } from '../output/json.ts';
import { readBytes } from '../read-text.ts';
import { diagnosticFrames } from '../show/diagnostic-frames.ts';
import { diagnosticsJson } from '../show/diagnostics-json.ts';
import { askFor } from '../template/ask.ts';
import { readData } from '../template/data-file.ts';
import { templateDiagnostic } from '../template/diagnostic.ts';

const { 'http-addr': _address, ...CONNECTION } = CONSUL_FLAGS;

const FLAGS = {
  data: { kind: 'text', value: 'FILE', help: 'Data in JSON instead of a Consul; "-" is the standard input' },
  'consul-addr': {
    kind: 'text',
    value: 'URL',
    help: 'Consul, or an agent of ours, to ask; default http://127.0.0.1:8500 without -data',
    env: CONSUL_FLAGS['http-addr'].env,
  },
  'nomad-addr': {
    kind: 'text',
    value: 'URL',
    help: 'Nomad, or an agent of ours, to ask for its variables; default http://127.0.0.1:4646 without -data',
    env: NOMAD_FLAGS.address.env,
  },
  dependencies: { kind: 'bool', help: 'Print what the template depends on, and not its text' },
  'error-on-missing-key': { kind: 'bool', help: 'A key that a map does not have is a mistake' },
  'left-delimiter': { kind: 'text', value: 'TEXT', help: 'What opens an action; default {{' },
  'right-delimiter': { kind: 'text', value: 'TEXT', help: 'What closes an action; default }}' },
  json: { kind: 'bool', help: 'Print text and dependencies, or what is wrong, as JSON' },
  ...CONNECTION,
} as const satisfies FlagSpecs;

export const command = defineCommand({
  usage: '[flags] FILE',
  description: `Renders a template once, and prints its text. It is Go's text/template with consul-template's functions, as in the template block
of a task. FILE is a path, or "-" for the standard input.

What it depends on comes from a running agent, from a real Consul, or from JSON that you write yourself:

  {
    "services":    { "web": ["10.0.0.1:80", { "Address": "10.0.0.2", "Port": 80, "Tags": ["blue"], "Status": "critical" }] },
    "keys":        { "web/color": "blue" },
    "nodes":       [{ "Node": "n1", "Address": "10.0.0.1" }],
    "datacenters": ["dc1"],
    "variables":   { "nomad/jobs/web": { "password": "secret" } }
  }

The same JSON is the dot: {{ .color }} is its member "color". What it does not have is asked of -consul-addr and -nomad-addr, if they are given
too. Variables of Nomad's are read as the user who asks, and not as a task, which may read its own alone.
The functions env and file see the variables and files that you see. Ends with 1 if something that it needs is not there.`,
  args: [1, 1],
  flags: FLAGS,
  examples: [
    'template render nginx.conf.tpl',
    'template render -data data.json nginx.conf.tpl',
    'template render -consul-addr http://10.0.0.1:8500 haproxy.ctmpl > haproxy.cfg',
    'template render -nomad-addr http://10.0.0.1:4646 app.env.tpl',
    'template render -dependencies nginx.conf.tpl',
  ],
  async run(call) {
    const { flags, args, io } = call;
    const path = args[0] ?? '';
    if (path === '-' && flags.data === '-') throw new CommandError('template and data cannot both come from the input');
    const filename = path === '-' ? 'stdin' : path;
    const source = textOf(path === '-' ? await io.input() : await readBytes(path));
    try {
      return await tell(await render(source, filename, call), call);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      const diagnostics = [templateDiagnostic(error, { filename, source })];
      const sources = new Map([[filename, source]]);
      if (flags.json) io.out(diagnosticsJson(diagnostics, sources));
      else io.err(diagnosticFrames(diagnostics, sources, io));
      throw new ToldError();
    }
  },
});

type Given = Call<typeof FLAGS>;

async function render(source: string, filename: string, { flags, io, env }: Given): Promise<Resolved> {
  const data = flags.data === undefined ? undefined : await readData(flags.data, io);
  const template: ConsulTemplate = compileConsulTemplate(source, {
    name: filename,
    leftDelim: flags['left-delimiter'] ?? '',
    rightDelim: flags['right-delimiter'] ?? '',
    errorOnMissingKey: flags['error-on-missing-key'] === true,
    env: Object.fromEntries(
      Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    sockaddr: (expression) => evaluateSockaddr(expression, localMachine()),
    data: data ?? null,
  });
  const address = flags['consul-addr'] ?? env[FLAGS['consul-addr'].env];
  const asks = data === undefined || flags['consul-addr'] !== undefined;
  const consul = asks ? connectConsul({ ...flags, 'http-addr': address }, env) : undefined;
  const asksNomad = data === undefined || flags['nomad-addr'] !== undefined;
  const nomad = asksNomad ? connectNomadAt(flags['nomad-addr'], env) : undefined;
  return resolveTemplate(template, (dependency) => askFor(dependency, { data, consul, nomad }));
}

async function tell(result: Resolved, { flags, io }: Given): Promise<number> {
  if (result.kind === 'unavailable') throw result.error;
  if (result.kind === 'waiting' && !flags.dependencies) {
    const names = result.missing.map(nameOf).join(', ');
    throw new CommandError(
      `the template waits for what is not there: ${names} (keyOrDefault and safe forms of functions wait for nothing)`,
    );
  }
  const names = result.used.map(nameOf);
  if (flags.json) io.out(jsonText({ dependencies: names, ...(result.kind === 'rendered' && { text: result.text }) }));
  else if (flags.dependencies) io.out(names.map((name) => `${name}\n`).join(''));
  else if (result.kind === 'rendered') await io.pour(bytes(result.text));
  return 0;
}

async function* bytes(text: string): AsyncIterable<Uint8Array> {
  yield bytesOf(text);
}
