/** The catalog refuses a registration: something is missing or contradicts what is there. */
export class CatalogInvalidError extends Error {
  readonly code = 'catalog-invalid';
  constructor(message: string) {
    super(message);
    this.name = 'CatalogInvalidError';
  }
}

/** Others wrote the same rows again and again while this change was prepared. */
export class ContentionError extends Error {
  readonly code = 'contention';
  constructor(attempts: number) {
    super(`The catalog changed ${attempts} times while a change was prepared for it. Nothing was written; try again.`);
    this.name = 'ContentionError';
  }
}

/** Somebody wrote into the catalog that this agent only mirrors; writes go to a server. */
export class MirrorReadOnlyError extends Error {
  readonly code = 'mirror-read-only';
  constructor() {
    super('This agent is no server: its catalog is a copy, and a write has to go to a server.');
    this.name = 'MirrorReadOnlyError';
  }
}

/** Two agents have one name. */
export class NameTakenError extends Error {
  readonly code = 'name-taken';
  constructor(name: string, other: { id: string; address: string }) {
    super(
      `The node name "${name}" belongs to another agent that is alive: node ${other.id} at ${other.address}. Give this one another name (name = "…" or -node), or stop that one first.`,
    );
    this.name = 'NameTakenError';
  }
}
