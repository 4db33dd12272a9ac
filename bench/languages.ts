import { compileConsulTemplate, goValue, nameOf } from '../packages/gotemplate/src/index.ts';
import { format, parse } from '../packages/hcl/src/index.ts';
import { parseJob } from '../packages/shoal/src/jobspec/parse/parse-job.ts';

const RUNS = 21;
/** Ten times as much may take so many times as long: linear, and what a bigger heap costs. */
const MOST_GROWTH = 20;
const INSTANCES = 10_000;

type Row = { what: string; ours: string; peer: string; ratio: string; target: string; met?: boolean; reason?: string };

export function measure(): Row[] {
  return [...templateRows(), ...jobFileRows(), ...growthRows()];
}

function templateRows(): Row[] {
  return Object.entries(TEMPLATES).flatMap(([name, source]) => {
    const template = compileConsulTemplate(source);
    const [dependency] = template.evaluate(() => undefined).used;
    if (!dependency) throw new Error(`the template for ${name} asks for nothing`);
    const answer = instances(INSTANCES);
    const value = goValue(dependency, answer);
    const render = (known: unknown) =>
      template.evaluate((asked) => (asked === nameOf(dependency) ? known : undefined)).text;
    const what = `${name} configuration of ${INSTANCES.toLocaleString('en')} instances`;
    return [
      within(`${what}: rendered`, 30, () => render(value)),
      within(`${what}: rendered from a new answer`, 30, () => render(goValue(dependency, answer))),
    ];
  });
}

function jobFileRows(): Row[] {
  const source = jobFile(GROUPS_OF_1000_LINES);
  const lines = source.split('\n').length.toLocaleString('en');
  return [
    within(`job file of ${lines} lines: read to a job`, 20, () => readJob(source)),
    within(`job file of ${lines} lines: formatted`, undefined, () => format(source, 'bench.hcl')),
  ];
}

function growthRows(): Row[] {
  // Both are large enough to make the collector of garbage work.
  const [job, tenJobs] = [4, 40].map((times) => jobFile(times * GROUPS_OF_1000_LINES)) as [string, string];
  const text = '{{ range .x }}{{ if eq .a "b" }}{{ .c | printf "%s" }}{{ end }}{{ end }} text\n';
  return [
    growth('reading HCL', [job, tenJobs], (source) => parse(source, 'bench.hcl')),
    growth('reading job files', [job, tenJobs], readJob),
    growth('formatting', [job, tenJobs], (source) => format(source, 'bench.hcl')),
    growth('reading templates', [text.repeat(2_000), text.repeat(20_000)], (source) => compileConsulTemplate(source)),
  ];
}

function within(what: string, target: number | undefined, work: () => unknown): Row {
  const { cpu, wall } = median(work);
  const row = { what, ours: `${cpu.toFixed(1)} ms`, peer: '', ratio: '', target: '' };
  if (target === undefined) return row;
  return { ...row, target: `${target} ms`, met: cpu <= target, reason: `by the clock ${wall.toFixed(1)} ms` };
}

function growth(what: string, sources: readonly [string, string], work: (source: string) => unknown): Row {
  const [small, large] = sources.map((source) => median(() => work(source), 7)) as [Taken, Taken];
  return {
    what: `${what}: ten times the text`,
    ours: `${small.cpu.toFixed(1)} → ${large.cpu.toFixed(1)} ms`,
    peer: '',
    ratio: `${(large.cpu / small.cpu).toFixed(1)} ×`,
    target: `${MOST_GROWTH} ×`,
    met: large.cpu / small.cpu <= MOST_GROWTH,
    reason: `${(large.wall / small.wall).toFixed(1)} × by the clock: the collector of garbage has threads of its own`,
  };
}

type Taken = { readonly cpu: number; readonly wall: number };

/** Milliseconds of processor time, with that of the collector's threads, and by the clock: only the former is apart from others on the machine. */
function median(work: () => unknown, runs = RUNS): Taken {
  for (let warm = 0; warm < 3; warm += 1) work();
  const times = Array.from({ length: runs }, () => {
    const [begun, from] = [process.cpuUsage(), performance.now()];
    work();
    const wall = performance.now() - from;
    const { user, system } = process.cpuUsage(begun);
    return { cpu: (user + system) / 1_000, wall };
  });
  const middle = (values: number[]) => values.sort((a, b) => a - b)[runs >> 1] ?? Number.NaN;
  return { cpu: middle(times.map(({ cpu }) => cpu)), wall: middle(times.map(({ wall }) => wall)) };
}

function readJob(source: string): void {
  const { job, diagnostics } = parseJob(source, { filename: 'bench.nomad.hcl' });
  if (!job) throw new Error(diagnostics[0]?.detail);
}

function instances(count: number) {
  return Array.from({ length: count }, (_, i) => ({
    Node: { ID: `id-${i}`, Node: `node-${i % 500}`, Address: `10.0.${i >> 8}.${i & 255}`, Datacenter: 'dc1', Meta: {} },
    Service: { ID: `web-${i}`, Service: 'web', Tags: ['a', 'b'], Port: 8_000 + (i % 1_000), Address: '', Meta: {} },
    Checks: [{ CheckID: 'c', Name: 'c', Status: 'passing', ServiceID: `web-${i}`, ServiceName: 'web' }],
  }));
}

const TEMPLATES = {
  nginx: `upstream web {
{{- range service "web" }}
  server {{ .Address }}:{{ .Port }} max_fails=3 fail_timeout=60 weight=1;
{{- else }}
  server 127.0.0.1:65535;
{{- end }}
}`,
  HAProxy: `backend web
{{- range $i, $s := service "web" }}
  server {{ $s.ID | replaceAll "-" "_" }} {{ .Address }}:{{ .Port }} weight {{ .Weights.Passing }}{{ if .Tags | contains "a" }} check{{ end }}
{{- end }}`,
};

const GROUPS_OF_1000_LINES = 21;

function jobFile(groups: number): string {
  const parts = Array.from({ length: groups }, (_, i) => GROUP.replaceAll('@', String(i)));
  return `variable "version" {\n  default = "1.2"\n}\n\njob "bench" {\n  datacenters = ["dc1"]\n${parts.join('')}}\n`;
}

const GROUP = `
  group "g@" {
    count = 2

    network {
      port "http" {
        to = 8080
      }
    }

    restart {
      attempts = 3
      delay    = "15s"
    }

    service {
      name = "web-@"
      port = "http"
      tags = ["a", "b-@", "\${NOMAD_ALLOC_ID}"]

      check {
        type     = "http"
        path     = "/health"
        interval = "10s"
        timeout  = "2s"
      }
    }

    task "t" {
      driver = "docker"

      config {
        image = "nginx:\${var.version}"
        ports = ["http"]
        args  = [for i in range(3) : format("--x=%d", i)]
      }

      template {
        data        = <<EOH
hello {{ env "X" }}
EOH
        destination = "local/x"
      }

      env {
        A = upper("a")
      }
    }
  }
`;
