/** Where a task with a file system of its own finds what is its own of the allocation. */
export const INSIDE = { shared: '/alloc', local: '/local', secrets: '/secrets' } as const;
