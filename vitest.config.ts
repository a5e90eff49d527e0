import { tmpdir } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** Tests never touch the developer's data folder. */
const env = {
  NODE_ENV: 'test' as const,
  LOG_LEVEL: 'silent',
  ENSEMBLE_SECRET: 'a-secret-of-the-test-run-only-0123456789',
  ENSEMBLE_DATA: path.join(tmpdir(), `ensemble-test-${process.pid}`),
};
const exclude = ['**/node_modules/**', '**/.next/**', '**/.data/**', 'e2e/**', 'server/workspace/sample/**'];

/** Random schedules and hostile input: much work for few tests. */
const schedules = ['bench/schedules/**/*.test.ts'];

export default defineConfig({
  resolve: { alias: { '@': import.meta.dirname } },
  test: {
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          env,
          // Small machines under load are slow; how long a test takes proves nothing.
          testTimeout: 30_000,
          include: ['**/*.test.{ts,tsx}'],
          exclude: [...exclude, ...schedules, '**/*.pg.test.ts', '**/*.box.test.ts', '**/*.agents.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'schedules',
          env,
          setupFiles: ['db/testing-data-folder.ts'],
          include: schedules,
          exclude,
          globalSetup: ['db/testing-setup.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          // Each file keeps every core busy by itself.
          maxWorkers: 1,
        },
      },
      {
        extends: true,
        test: {
          name: 'box',
          env,
          setupFiles: ['db/testing-data-folder.ts'],
          include: ['**/*.box.test.ts'],
          exclude,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 1,
        },
      },
      {
        extends: true,
        test: {
          name: 'agents',
          env,
          // Programs of others, each a dozen processes: what passes the second time is named as retried.
          retry: 1,
          setupFiles: ['db/testing-data-folder.ts'],
          // Real agents of others, as `npm run test:agents` installs them.
          include: ['**/*.agents.test.ts'],
          exclude,
          globalSetup: ['db/testing-setup.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
        },
      },
      {
        extends: true,
        test: {
          name: 'pg',
          env,
          // Databases, boxes and git beside one another on small machines: what passes the second time is named as retried.
          retry: 1,
          setupFiles: ['db/testing-data-folder.ts'],
          include: ['**/*.pg.test.ts'],
          exclude,
          globalSetup: ['db/testing-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
