import {
  type Attribute,
  anyType,
  type Block,
  boolType,
  convert,
  type Diagnostic,
  errorAt,
  evaluate,
  isFailure,
  justAttributes,
  objectValue,
  parse,
  parseExpression,
  parseType,
  content as readContent,
  type Scope,
  standardFunctions,
  stringValue,
  suggest,
  type Type,
  typeOf,
  typeToString,
  unknownValue,
  type Value,
} from '@shoal/hcl';
import type { Reading } from './context.ts';

/** Values for variables from outside the job file, later sources over earlier ones: environment, files, arguments. */
export type VariableInput = {
  /** `-var name=text`. */
  variables?: Readonly<Record<string, string>>;
  /** `-var-file`, in order; JSON if the name ends in `.json`. */
  variableFiles?: readonly VariableFile[];
  /** `NOMAD_VAR_name=text`. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Whether `-var` of a variable that the file does not declare is a mistake. Default: true. */
  strict?: boolean;
};

/** `shared`: other job files have their values in it, too, so that a variable that nobody declares is no mistake. */
export type VariableFile = { filename: string; source: string; shared?: boolean };

type Declaration = {
  name: string;
  block: Block;
  type?: Type;
  value?: Value;
  /** Whether null is a value; else it stands for the default. */
  nullable?: boolean;
  validations: Block[];
};

const NOTHING: Scope = { variables: new Map(), functions: new Map() };

const SCHEMA = {
  attributes: [
    { name: 'type' },
    { name: 'default' },
    { name: 'description' },
    { name: 'sensitive' },
    { name: 'nullable' },
  ],
  blocks: [{ type: 'validation', labels: [] }],
} as const;

/** The value of `var`: every declared variable with what it was given, else its default. */
export function readVariables(
  blocks: { variable: readonly Block[]; variables: readonly Block[] },
  input: VariableInput,
  reading: Reading,
): Value {
  const declared = new Map<string, Declaration>();
  const declare = (declaration: Declaration) => {
    const first = declared.get(declaration.name);
    if (first) reading.diagnostics.push(declaredTwice(declaration, first));
    else declared.set(declaration.name, declaration);
  };
  for (const block of blocks.variable) declare(readDeclaration(block, reading));
  for (const block of blocks.variables) for (const each of readShortForm(block, reading)) declare(each);
  assign(declared, input, reading);
  for (const declaration of declared.values()) checkValue(declaration, reading);
  // That one has no value is told once, not wherever it is used.
  return objectValue(
    [...declared.values()].map(({ name, type, value }) => [name, value ?? unknownValue(type ?? anyType)] as const),
  );
}

function declaredTwice({ name, block }: Declaration, first: Declaration): Diagnostic {
  const detail = `The variable "${name}" is declared a second time; the first is in line ${first.block.range.start.line}.`;
  return errorAt(block.typeRange, 'Duplicate variable', detail, { remedy: 'remove one of the two' });
}

function readDeclaration(block: Block, reading: Reading): Declaration {
  const found = readContent(block.body, SCHEMA);
  reading.diagnostics.push(...found.diagnostics);
  const type = readType(found.attributes.get('type'), reading);
  const declaration: Declaration = { name: block.labels[0] ?? '', block, validations: found.blocks };
  if (type !== undefined) declaration.type = type;
  const nullable = found.attributes.get('nullable');
  if (nullable !== undefined) declaration.nullable = isTrue(readConstant(nullable, boolType, reading));
  const fallback = found.attributes.get('default');
  if (fallback === undefined) return declaration;
  const value = readConstant(fallback, type, reading);
  return { ...declaration, type: type ?? typeOf(value), value };
}

function isTrue(value: Value): boolean {
  return value.kind === 'bool' && value.value;
}

function readType(attribute: Attribute | undefined, reading: Reading): Type | undefined {
  if (attribute === undefined) return undefined;
  const { type, diagnostics } = parseType(attribute.expression);
  reading.diagnostics.push(...diagnostics);
  if (type?.kind !== 'any') return type;
  const detail = 'The type "any" says nothing about the variable.';
  const remedy = 'name the type, or leave it out: then the type of the default counts';
  reading.diagnostics.push(errorAt(attribute.expression.range, 'Invalid type specification', detail, { remedy }));
  return undefined;
}

/** A default is a constant: no references, no functions. */
function readConstant(attribute: Attribute, type: Type | undefined, reading: Reading): Value {
  const { value, diagnostics } = evaluate(attribute.expression, NOTHING);
  reading.diagnostics.push(...diagnostics);
  if (type === undefined) return value;
  const converted = convert(value, type);
  if (!isFailure(converted)) return converted;
  const detail = `This default value is not compatible with the variable's type ${typeToString(type)}: ${converted.failure}.`;
  reading.diagnostics.push(errorAt(attribute.expression.range, 'Invalid default value for variable', detail));
  return value;
}

/** `variables { a = 1 }` declares with defaults only. */
function readShortForm(block: Block, reading: Reading): Declaration[] {
  const { attributes, diagnostics } = justAttributes(block.body);
  reading.diagnostics.push(...diagnostics);
  return [...attributes.values()].map((attribute) => {
    const value = readConstant(attribute, undefined, reading);
    return { name: attribute.name, block, type: typeOf(value), value, validations: [] };
  });
}

function assign(declared: Map<string, Declaration>, input: VariableInput, reading: Reading): void {
  for (const declaration of declared.values()) {
    const text = input.env?.[`NOMAD_VAR_${declaration.name}`];
    if (text !== undefined) assignText(declaration, text, `NOMAD_VAR_${declaration.name}`, reading);
  }
  for (const file of input.variableFiles ?? []) assignFile(declared, file, reading);
  for (const [name, text] of Object.entries(input.variables ?? {})) {
    const declaration = declared.get(name);
    if (declaration) assignText(declaration, text, `-var ${name}`, reading);
    else if (input.strict !== false) reading.diagnostics.push(undeclared(name, 'error', declared));
  }
}

function undeclared(name: string, severity: Diagnostic['severity'], declared: Map<string, Declaration>): Diagnostic {
  const meant = suggest(name, declared.keys());
  return {
    severity,
    summary: `Undeclared variable "${name}"`,
    detail: `A value was given for "${name}", but the job file declares no such variable.`,
    remedy: meant ? `did you mean "${meant}"?` : `declare it: variable "${name}" {}, or do not pass it`,
  };
}

/** Text stands for itself where the variable is a string (or says nothing of its type); else it is an expression. */
function assignText(declaration: Declaration, text: string, place: string, reading: Reading): void {
  const type = declaration.type;
  const isText = type === undefined || type.kind === 'string' || type.kind === 'any';
  const value = isText ? stringValue(text) : (expressionValue(text, place, reading) ?? stringValue(text));
  assignValue(declaration, value, place, reading);
}

function expressionValue(text: string, place: string, reading: Reading): Value | undefined {
  const { expression, diagnostics } = parseExpression(text, place);
  reading.diagnostics.push(...diagnostics);
  if (expression === undefined) return undefined;
  const result = evaluate(expression, { ...NOTHING, unresolved: (_traversal, source) => stringValue(source) });
  reading.diagnostics.push(...result.diagnostics);
  return result.value;
}

function assignFile(
  declared: Map<string, Declaration>,
  { filename, source, shared = false }: VariableFile,
  reading: Reading,
): void {
  const { body, diagnostics } = parse(source, filename);
  const found = justAttributes(body);
  reading.diagnostics.push(...diagnostics, ...found.diagnostics);
  for (const [name, attribute] of found.attributes) {
    const declaration = declared.get(name);
    if (declaration === undefined) {
      if (!shared) reading.diagnostics.push({ ...undeclared(name, 'warning', declared), range: attribute.nameRange });
      continue;
    }
    const result = evaluate(attribute.expression, NOTHING);
    reading.diagnostics.push(...result.diagnostics);
    assignValue(declaration, result.value, `${filename}:${attribute.range.start.line}`, reading);
  }
}

function assignValue(declaration: Declaration, value: Value, place: string, reading: Reading): void {
  if (value.kind === 'null' && declaration.nullable === false) return;
  const converted = declaration.type ? convert(value, declaration.type) : value;
  if (!isFailure(converted)) {
    declaration.value = converted;
    return;
  }
  declaration.value = value;
  const detail = `The value for "${declaration.name}" from ${place} does not fit: ${converted.failure}.`;
  const remedy = `the variable is declared as ${typeToString(declaration.type as Type)}`;
  const summary = 'Invalid value for variable';
  reading.diagnostics.push(errorAt(declaration.block.range, summary, detail, { remedy }));
}

function checkValue(declaration: Declaration, reading: Reading): void {
  const { name, block, value } = declaration;
  if (value === undefined) {
    const detail = `The variable "${name}" has neither a value nor a default.`;
    const remedy = `pass -var ${name}=…, set NOMAD_VAR_${name}, or give it a default`;
    reading.diagnostics.push(errorAt(block.typeRange, `Unset variable "${name}"`, detail, { remedy }));
    return;
  }
  for (const validation of declaration.validations) checkValidation(declaration, validation, value, reading);
}

const VALIDATION = {
  attributes: [
    { name: 'condition', required: true },
    { name: 'error_message', required: true },
  ],
  blocks: [],
} as const;

/** A `validation` block may use functions, and of the variables its own. */
function checkValidation({ name, block }: Declaration, validation: Block, value: Value, reading: Reading): void {
  const found = readContent(validation.body, VALIDATION);
  reading.diagnostics.push(...found.diagnostics);
  const condition = found.attributes.get('condition');
  const message = found.attributes.get('error_message');
  if (condition === undefined || message === undefined) return;
  const own = objectValue([[name, value] as const]);
  const scope: Scope = { variables: new Map([['var', own]]), functions: standardFunctions };
  const result = evaluate(condition.expression, scope);
  const text = evaluate(message.expression, scope);
  reading.diagnostics.push(...result.diagnostics, ...text.diagnostics);
  if (result.value.kind !== 'bool' || result.value.value) return;
  const reason = text.value.kind === 'string' ? text.value.value : 'The condition of its validation does not hold.';
  reading.diagnostics.push(
    errorAt(block.typeRange, `Invalid value for variable "${name}"`, reason, { context: validation.range }),
  );
}
