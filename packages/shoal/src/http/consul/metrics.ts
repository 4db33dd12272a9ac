import { memoryUsage, resourceUsage } from 'node:process';

/** What `/v1/agent/metrics` shows: figures of the process now, and of the requests of the last whole interval. */
export type HttpMetrics = {
  /** Called for each answered request. */
  answered(method: string, route: string, milliseconds: number): void;
  snapshot(): MetricsSnapshot;
};

export type MetricsSnapshot = {
  readonly Timestamp: string;
  readonly Gauges: readonly { Name: string; Value: number; Labels: Record<string, string> }[];
  readonly Points: readonly never[];
  readonly Counters: readonly Summary[];
  readonly Samples: readonly Summary[];
};

type Summary = {
  Name: string;
  Count: number;
  Rate: number;
  Sum: number;
  Min: number;
  Max: number;
  Mean: number;
  Stddev: number;
  Labels: Record<string, string>;
};

/** Consul's aggregation interval. */
const INTERVAL_MS = 10_000;

type Totals = { count: number; sum: number; squares: number; min: number; max: number };
type Interval = { start: number; shownStart: number; requests: Map<string, Totals> };

/** `now`: milliseconds of a clock that only runs forward; `wallClock`: since the epoch. */
export function createHttpMetrics(clocks: { now: () => number; wallClock: () => number }): HttpMetrics {
  const { now, wallClock } = clocks;
  const begin = (): Interval => ({ start: now(), shownStart: wallClock(), requests: new Map() });
  let last: Interval | undefined;
  let current = begin();
  const names = new Map<string, string>();
  const roll = () => {
    const age = now() - current.start;
    if (age < INTERVAL_MS) return;
    last = age < 2 * INTERVAL_MS ? current : undefined;
    current = begin();
  };
  return {
    answered(method, route, milliseconds) {
      roll();
      const name = names.get(method + route) ?? metricName(method, route);
      names.set(method + route, name);
      const totals = current.requests.get(name) ?? {
        count: 0,
        sum: 0,
        squares: 0,
        min: Number.POSITIVE_INFINITY,
        max: 0,
      };
      current.requests.set(name, add(totals, milliseconds));
    },
    snapshot() {
      roll();
      const { shownStart, requests } = last ?? current;
      const entries = [...requests];
      return {
        Timestamp: `${new Date(shownStart).toISOString().replace('T', ' ').slice(0, 19)} +0000 UTC`,
        Gauges: processGauges(),
        Points: [],
        Counters: entries.map(([name, { count }]) =>
          summary(`${name}.requests`, { count, sum: count, squares: count, min: 1, max: 1 }),
        ),
        Samples: entries.map(([name, totals]) => summary(name, totals)),
      };
    },
  };
}

/** `GET /v1/kv/*` is `consul.http.GET.v1.kv`. */
function metricName(method: string, route: string): string {
  return `consul.http.${method}${route.replaceAll('/', '.').replace(/[.*]+$/g, '')}`;
}

function add(totals: Totals, value: number): Totals {
  return {
    count: totals.count + 1,
    sum: totals.sum + value,
    squares: totals.squares + value * value,
    min: Math.min(totals.min, value),
    max: Math.max(totals.max, value),
  };
}

function summary(name: string, { count, sum, squares, min, max }: Totals): Summary {
  const mean = count > 0 ? sum / count : 0;
  const variance = count > 1 ? Math.max((squares - count * mean * mean) / (count - 1), 0) : 0;
  const rate = sum / (INTERVAL_MS / 1000);
  return {
    Name: name,
    Count: count,
    Rate: rate,
    Sum: sum,
    Min: min,
    Max: max,
    Mean: mean,
    Stddev: Math.sqrt(variance),
    Labels: {},
  };
}

function processGauges() {
  const memory = memoryUsage();
  const { userCPUTime, systemCPUTime } = resourceUsage();
  const values: Record<string, number> = {
    'consul.runtime.alloc_bytes': memory.heapUsed,
    'consul.runtime.sys_bytes': memory.rss,
    'consul.runtime.heap_bytes': memory.heapTotal,
    'consul.runtime.cpu_seconds': (userCPUTime + systemCPUTime) / 1e6,
    'consul.runtime.num_goroutines': process.getActiveResourcesInfo().length,
  };
  return Object.entries(values).map(([Name, Value]) => ({ Name, Value, Labels: {} }));
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/. Counters and samples are those of the last whole interval, so they are gauges. */
export function prometheusText({ Gauges, Samples, Counters }: MetricsSnapshot): string {
  const gauge = (name: string, value: number) => {
    const own = name.replaceAll(/[^a-zA-Z0-9_]/g, '_');
    return `# HELP ${own} ${own}\n# TYPE ${own} gauge\n${own} ${Number.isFinite(value) ? value : 0}\n`;
  };
  const samples = Samples.flatMap(({ Name, Mean, Max, Count }) => [
    gauge(`${Name}.mean_ms`, Mean),
    gauge(`${Name}.max_ms`, Max),
    gauge(`${Name}.count`, Count),
  ]);
  const counters = Counters.map(({ Name, Count }) => gauge(Name, Count));
  return [...Gauges.map(({ Name, Value }) => gauge(Name, Value)), ...counters, ...samples].join('');
}
