import { argument, block, comment, type Item, optional } from './hcl-text.ts';
import { type Mapping, mapping, mebibytes, text } from './yaml-values.ts';

/** What a CPU of Compose counts as: clients tell of MHz, and most cores have a few thousand. */
const MHZ_PER_CPU = 1000;
const MOST_CPUS = 100_000;

export function resourcesBlock(service: Mapping): Item[] {
  const { limits, reservations } = mapping(mapping(service['deploy'])['resources']) as {
    limits?: unknown;
    reservations?: unknown;
  };
  const most = mebibytes(mapping(limits)['memory'] ?? service['mem_limit']);
  const least = mebibytes(mapping(reservations)['memory'] ?? service['mem_reservation']);
  const cpus = Number(text(mapping(limits)['cpus'] ?? service['cpus'] ?? mapping(reservations)['cpus']) ?? Number.NaN);
  const items = [
    ...(cpus > 0 && cpus <= MOST_CPUS
      ? [
          comment(`${cpus} CPU, at ${MHZ_PER_CPU} MHz each`),
          argument('cpu', Math.max(1, Math.round(cpus * MHZ_PER_CPU))),
        ]
      : []),
    ...optional('memory', atLeast(least ?? most)),
    ...(least !== undefined && most !== undefined && most > least ? [argument('memory_max', most)] : []),
    ...deviceBlocks(mapping(reservations)['devices'], service['gpus']),
  ];
  return items.length === 0 ? [] : [block('resources', [], items)];
}

/** Graphics cards: of any vendor where Compose does not say. */
function deviceBlocks(devices: unknown, gpus: unknown): Item[] {
  const all: unknown[] = Array.isArray(devices) ? devices : [];
  const given = gpus === undefined ? all : [...all, ...(Array.isArray(gpus) ? gpus : [{ count: gpus }])];
  return given.map((device) => {
    const { driver, count, device_ids: ids } = mapping(device) as Record<string, unknown>;
    const vendor = text(driver);
    const wanted = Array.isArray(ids) ? ids.length : Number(text(count) ?? Number.NaN);
    const items = [
      ...(wanted > 0
        ? [argument('count', wanted)]
        : [comment('all of a node, as Compose says it, has no equal: say how many')]),
    ];
    return block('device', [vendor === undefined ? 'gpu' : `${vendor}/gpu`], items);
  });
}

function atLeast(memory: number | undefined): number | undefined {
  return memory === undefined ? undefined : Math.max(10, memory);
}
