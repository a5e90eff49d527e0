import { config } from 'zod/v4/core';

// Runs in the browser before the pages' own code. To be faster zod compiles text, which the content security policy forbids
// and the browser reports even where the attempt is caught.
config({ jitless: true });
