/** A syntax tree without its places: what two texts that say the same have in common. */
export function meaning(node: unknown): unknown {
  if (node instanceof Map) return [...node].map(([key, value]) => [key, meaning(value)]);
  if (Array.isArray(node)) return node.map(meaning);
  if (typeof node !== 'object' || node === null) return node;
  const { kind } = node as { kind?: unknown };
  return Object.fromEntries(
    Object.entries(node)
      .filter(([name]) => !/range/i.test(name))
      // Blanks in a reference stay where they matter: inside of templates, which nobody touches.
      .map(([name, value]) => [
        name,
        kind === 'reference' && name === 'source' ? String(value).replace(/\s/g, '') : meaning(value),
      ]),
  );
}
