/**
 * How Node runs the servers. Twice as much room for young objects, as Node gives by itself, makes a process keep 140 MB that it needs
 * once, while it reads its modules.
 */
export const serverFlags = ['--max-semi-space-size=8'];

/**
 * How Node runs a process that is the gateway only. What a call needs is garbage a moment later: with much room for young objects hardly any
 * grows old, and the old ones are kept close to what lives. What starting needed is given back once (`--expose-gc`). There is no bound that a
 * large prompt could break.
 */
export const gatewayFlags = ['--max-semi-space-size=16', '--heap-growing-percent=40', '--expose-gc'];

/**
 * For the C library: one arena for all threads, since each keeps what was freed in it, and memory for what the compiler of scripts needs
 * that goes back when it is freed. Other C libraries do not know these words.
 */
export const gatewayEnv = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '32768' };
