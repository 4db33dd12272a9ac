import { argument, block, comment, type Item, optional } from './hcl-text.ts';
import { type Mapping, mapping, text, texts } from './yaml-values.ts';

export function countOf(service: Mapping): number {
  const count = Number(mapping(service['deploy'])['replicas'] ?? service['scale'] ?? 1);
  return Number.isInteger(count) && count >= 0 ? count : 1;
}

/** `restart` of the service, or the restart policy of `deploy`. */
export function restartBlock(service: Mapping): Item[] {
  const policy = mapping(mapping(service['deploy'])['restart_policy']);
  const word = text(service['restart']) ?? text(policy['condition']) ?? '';
  if (word === '' || word === 'any') return [];
  if (word === 'no' || word === 'none' || word === 'false')
    return [block('restart', [], [argument('attempts', 0), argument('mode', 'fail')])];
  const attempts = Number(/:(\d+)$/.exec(word)?.[1] ?? policy['max_attempts'] ?? Number.NaN);
  const delay = optional('delay', text(policy['delay']));
  if (attempts > 0) return [block('restart', [], [argument('attempts', attempts), ...delay, argument('mode', 'fail')])];
  return [block('restart', [], [...delay, comment('again and again, as Compose did'), argument('mode', 'delay')])];
}

export function updateBlock(service: Mapping): Item[] {
  const update = mapping(mapping(service['deploy'])['update_config']);
  const parallel = Number(update['parallelism'] ?? Number.NaN);
  const items = [
    ...(parallel > 0 ? [argument('max_parallel', parallel)] : []),
    ...optional('min_healthy_time', text(update['delay'])),
    ...(text(update['failure_action']) === 'rollback' ? [argument('auto_revert', true)] : []),
  ];
  return items.length === 0 ? [] : [block('update', [], items)];
}

const PLACEMENT = /^\s*(node\.[\w.-]+|engine\.labels\.[\w.-]+)\s*(==|!=)\s*(.+?)\s*$/;

/** Placement of Swarm, as far as clients know the same of themselves. */
export function constraintBlocks(service: Mapping): Item[] {
  return texts(mapping(mapping(service['deploy'])['placement'])['constraints']).flatMap((constraint) => {
    const [, left = '', operator = '', value = ''] = PLACEMENT.exec(constraint) ?? [];
    const attribute = attributeOf(left);
    if (attribute === undefined) return [comment(`placement: "${constraint}" has no equal here`)];
    return [
      block(
        'constraint',
        [],
        [
          argument('attribute', { code: `"$\{${attribute}}"` }),
          ...(operator === '!=' ? [argument('operator', '!=')] : []),
          argument('value', value),
        ],
      ),
    ];
  });
}

/** `placement.preferences`, and at most so many on a node. */
export function spreadBlocks(service: Mapping): Item[] {
  const placement = mapping(mapping(service['deploy'])['placement']);
  const preferences = Array.isArray(placement['preferences']) ? placement['preferences'] : [];
  const spreads = preferences.flatMap((each): Item[] => {
    const word = text(mapping(each)['spread']) ?? '';
    const attribute = attributeOf(word);
    if (attribute === undefined) return [comment(`placement: spread over "${word}" has no equal here`)];
    return [block('spread', [], [argument('attribute', { code: `"$\{${attribute}}"` })])];
  });
  return [...spreads, ...mostPerNode(placement['max_replicas_per_node'])];
}

function mostPerNode(value: unknown): Item[] {
  const most = Number(text(value) ?? Number.NaN);
  if (most === 1) return [block('constraint', [], [argument('distinct_hosts', true)])];
  if (!(most > 1)) return [];
  const property = argument('distinct_property', { code: '"${node.unique.id}"' });
  return [block('constraint', [], [property, argument('value', String(most))])];
}

function attributeOf(word: string): string | undefined {
  if (word === 'node.hostname') return 'attr.unique.hostname';
  if (word === 'node.platform.os') return 'attr.kernel.name';
  if (word === 'node.platform.arch') return 'attr.cpu.arch';
  const label = /^(?:node|engine)\.labels\.(.+)$/.exec(word)?.[1];
  return label === undefined ? undefined : `meta.${label}`;
}
