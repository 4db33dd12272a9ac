import { type Code, type Expression, escaped } from './hcl-text.ts';

/** Variables that a Compose file takes from its surroundings, with the values that it has for them. */
export type Variables = Map<string, string | undefined>;

const REFERENCE = /\$(?:(\$)|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-?+])([^{}]*))?\})/g;

/**
 * A text of a Compose file as an expression: `${NAME:-default}` becomes an input variable with that default. `env` are the
 * values of the project's `.env` file, which are defaults as well. Source: Compose specification, "Interpolation".
 */
export function interpolated(text: string, variables: Variables, env: Readonly<Record<string, string>>): Expression {
  let isTemplate = false;
  let last = 0;
  let written = '';
  for (const found of text.matchAll(REFERENCE)) {
    const [whole, dollar, bare, braced, operator = '', rest = ''] = found;
    written += escaped(text.slice(last, found.index));
    last = found.index + whole.length;
    const name = bare ?? braced;
    if (dollar !== undefined || name === undefined) {
      written += escaped('$');
      continue;
    }
    isTemplate = true;
    remember(name, operator.endsWith('-') ? rest : undefined, variables, env);
    written += operator.endsWith('+') ? `\${var.${name} != "" ? ${JSON.stringify(rest)} : ""}` : `\${var.${name}}`;
  }
  if (!isTemplate && last === 0) return text;
  return template(`"${written}${escaped(text.slice(last))}"`);
}

function remember(
  name: string,
  fallback: string | undefined,
  variables: Variables,
  env: Readonly<Record<string, string>>,
) {
  variables.set(name, env[name] ?? variables.get(name) ?? fallback);
}

/** `"${var.x}"` alone is `var.x`. */
function template(text: string): Code {
  const alone = /^"\$\{(var\.\w+)\}"$/.exec(text)?.[1];
  return { code: alone ?? text };
}

/** The text with the values that are known: for what must be a number. Undefined where one is not known. */
export function resolved(text: string, env: Readonly<Record<string, string>>): string | undefined {
  let isKnown = true;
  const result = text.replace(REFERENCE, (_whole, dollar, bare, braced, operator = '', rest = '') => {
    if (dollar !== undefined) return '$';
    const value = env[bare ?? braced] ?? (String(operator).endsWith('-') ? String(rest) : undefined);
    isKnown &&= value !== undefined;
    return value ?? '';
  });
  return isKnown ? result : undefined;
}
