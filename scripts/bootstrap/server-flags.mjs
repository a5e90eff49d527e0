/**
 * How Node runs the servers. Twice as much room for young objects, as Node gives by itself, makes a process keep 140 MB that it needs
 * once, while it reads its modules.
 */
export const serverFlags = ['--max-semi-space-size=8'];

/**
 * How Node runs a process that is the gateway only. Its live heap is small and what a call needs is garbage a moment later, so the heap is
 * kept close to what lives: a third of the memory that Node takes by itself. There is no bound that a large prompt could break.
 */
export const gatewayFlags = ['--max-semi-space-size=4', '--heap-growing-percent=40', '--v8-pool-size=1'];

/** One arena of the C library for all threads: each keeps what was freed in it. Other C libraries do not know the word. */
export const gatewayEnv = { MALLOC_ARENA_MAX: '1' };
