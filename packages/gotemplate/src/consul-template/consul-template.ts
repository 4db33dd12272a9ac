import type { MissingKey } from '../expressions.ts';
import type { FunctionSet } from '../functions.ts';
import { compile, type Limits } from '../template.ts';
import type { Dependency } from './dependency.ts';
import { type Current, type Evaluation, type Known, recorder } from './evaluation.ts';
import { catalogFunctions } from './functions/catalog.ts';
import { encodeFunctions } from './functions/encode.ts';
import { kvFunctions } from './functions/kv.ts';
import { listFunctions } from './functions/lists.ts';
import { mathFunctions } from './functions/math.ts';
import { nomadFunctions } from './functions/nomad.ts';
import { parseFunctions } from './functions/parse.ts';
import { createScratch } from './functions/scratch.ts';
import { spewFunctions } from './functions/spew.ts';
import { prefixedSprig } from './functions/sprig/index.ts';
import { stringFunctions } from './functions/strings.ts';
import { type SystemOptions, systemFunctions } from './functions/system.ts';
import { redacted } from './redact.ts';

export type ConsulTemplateOptions = Partial<SystemOptions> & {
  /** Name in error messages. Default `template`. */
  readonly name?: string;
  readonly leftDelim?: string;
  readonly rightDelim?: string;
  /** Whether a key that a map does not hold is an error. Default false: it is the zero value. */
  readonly errorOnMissingKey?: boolean;
  /** Functions that fail when they are called. `plugin` and `writeToFile` do so always. */
  readonly denied?: readonly string[];
  readonly limits?: Partial<Limits>;
  /** What the dot is at the beginning. Default nil. */
  readonly data?: unknown;
};

/** A template of consul-template: it is evaluated with what is known, again and again, until nothing is missing. */
export type ConsulTemplate = {
  /** @throws TemplateError with phase `exec` */
  evaluate(known: Known): Evaluated;
};

export type Evaluated = {
  readonly text: string;
  /** All that it asked for, in order. */
  readonly used: readonly Dependency[];
  /** What it asked for and is not known yet: the text is not to be used while there is something. */
  readonly missing: readonly Dependency[];
};

/**
 * Reads a template with consul-template's functions.
 *
 * @throws TemplateError with phase `parse`
 */
export function compileConsulTemplate(source: string, options: ConsulTemplateOptions = {}): ConsulTemplate {
  let running: Evaluation | undefined;
  const current: Current = () => {
    if (running === undefined) throw new Error('a function of a template was called while none is evaluated');
    return running;
  };
  const system: SystemOptions = {
    env: options.env ?? {},
    now: options.now ?? (() => new Date()),
    ...(options.sockaddr && { sockaddr: options.sockaddr }),
  };
  const missingKey: MissingKey = options.errorOnMissingKey ? 'error' : 'zero';
  const template = compile(source, {
    name: options.name ?? 'template',
    functions: [
      consulTemplateFunctions(current, system),
      sprigOf(source, current, system),
      denied(options.denied ?? []),
    ],
    leftDelim: options.leftDelim ?? '',
    rightDelim: options.rightDelim ?? '',
    missingKey,
    limits: options.limits ?? {},
  });
  return {
    evaluate(known) {
      const account = recorder(known);
      const { need, wait, spend } = account;
      running = { need, wait, spend, scratch: createScratch(), execute: template.renderNamed };
      try {
        const text = template.render(options.data ?? null);
        return { text, used: [...account.used.values()], missing: [...account.missing.values()] };
      } catch (error) {
        throw redacted(error, account.used.values(), known);
      } finally {
        running = undefined;
      }
    },
  };
}

function consulTemplateFunctions(current: Current, system: SystemOptions): FunctionSet {
  return {
    ...kvFunctions(current),
    ...catalogFunctions(current),
    ...nomadFunctions(current),
    ...systemFunctions(current, system),
    ...stringFunctions,
    ...parseFunctions,
    ...encodeFunctions,
    ...listFunctions,
    ...mathFunctions,
    ...spewFunctions,
  };
}

/** Most templates have none of these, and would wait for two hundred names. */
function sprigOf(source: string, current: Current, { now }: SystemOptions): FunctionSet {
  if (!source.includes('sprig_')) return {};
  return prefixedSprig({ now, spend: (elements) => current().spend(elements) });
}

function denied(names: readonly string[]): FunctionSet {
  const call = (): never => {
    throw new Error('function is disabled');
  };
  return Object.fromEntries(names.map((name) => [name, { call }]));
}
