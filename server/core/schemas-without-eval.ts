import { config } from 'zod';

// A page may not compile code: its content security policy forbids it and reports zod's attempt. The server may.
if ('window' in globalThis) config({ jitless: true });
