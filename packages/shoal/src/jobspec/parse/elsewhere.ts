import type { Field, Struct } from '../schema/field.ts';
import { job } from '../schema/job.ts';

/** The blocks that a job file is made of, from the outermost: what they have is looked for there first. */
const MAIN = ['job', 'group', 'task'];

/** To name more places than that would help nobody. */
const MOST_PLACES = 2;

/** Words of drivers that are often written into the task itself. */
const DRIVER_WORDS = new Set(
  'args cap_add command devices entrypoint extra_hosts force_pull hostname image image_path jar_path labels logging mount mounts network_mode port_map ports privileged ulimit volumes work_dir'.split(
    ' ',
  ),
);

/** Words of the first job files, and what stands for them since. */
const FORMER: Readonly<Record<string, string>> = {
  reserved_ports: 'write a block port "NAME" { static = … } for each of them',
  dynamic_ports: 'write a block port "NAME" {} for each of them',
};

type Kind = 'argument' | 'block';

const PLACES = placesBelow(job);

/** What to do about a word that has no place in a block of this kind (`struct`): where in a job file it belongs. */
export function elsewhere(struct: Struct): (name: string, kind: Kind) => string | undefined {
  return (name, kind) => {
    if (Object.hasOwn(FORMER, name)) return FORMER[name];
    if (DRIVER_WORDS.has(name) && (struct.name === 'task' || struct.name === 'group')) {
      return `${name} is a word of the driver: write it into the config block of a task`;
    }
    const all = PLACES.get(`${kind} ${name}`) ?? [];
    const main = MAIN.filter((place) => all.includes(place));
    if (main.length === 0 && (all.length === 0 || all.length > MOST_PLACES)) return undefined;
    return `${name} belongs into ${(main.length > 0 ? main : all).map(inWords).join(' or ')}`;
  };
}

function inWords(place: string): string {
  return place === 'job' ? 'the job block' : `a ${place} block`;
}

/** Every word of job files, as an argument or as a block, with the blocks that have it. */
function placesBelow(outermost: Struct): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>();
  const seen = new Set<Struct>();
  const visit = (struct: Struct) => {
    if (seen.has(struct)) return;
    seen.add(struct);
    for (const field of [...Object.values(struct.fields), ...Object.values(struct.fileOnly ?? {})]) {
      const word = `${kindOf(field)} ${field.file}`;
      const before = places.get(word) ?? [];
      if (!before.includes(struct.name)) places.set(word, [...before, struct.name]);
      if ('struct' in field) visit(field.struct);
    }
  };
  visit(outermost);
  return places;
}

function kindOf(field: Field): Kind {
  return field.kind === 'scalar' || field.kind === 'texts' ? 'argument' : 'block';
}
