import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { testingEnv } from '../../db/testing-data-folder.ts';
import { recipesFor } from '../../components/settings/tool-recipes.ts';
import { startModelServer, type ModelServer } from '../../e2e/fakes/model-server.ts';
import { createModelToken } from '../auth/create-model-token.ts';
import { newPerson, newTeam } from '../auth/testing.ts';
import { newModel, newProvider } from '../governance/testing.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { startHttp, type TestHttp } from './testing.ts';

/** The lines of Settings › Use with your tools, run as somebody who pastes them. */
const { url } = await testDatabase();
setDatabaseUrl(url);
const root = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
let http: TestHttp;
let models: ModelServer;
let token: string;
let teamId: string;

beforeAll(async () => {
  models = await startModelServer();
  http = await startHttp();
  const ana = await newPerson('Ana');
  teamId = await newTeam('Cave', [[ana, 'developer']]);
  await newTeam('Second', [[ana, 'developer']]);
  ({ token } = await createModelToken(ana.ctx, { name: 'laptop', expiresInDays: 1 }));
  const baseUrl = `${models.url}/v1`;
  const providerId = await newProvider({ baseUrl, protocols: ['openai_chat'] });
  await newModel('large/v1', [{ providerId, upstreamModel: 'scripted-large' }]);
});
afterAll(async () => {
  await http.close();
  await models.close();
  await closeNotifications();
});
beforeEach(() => models.forget());

/** The program of a recipe, as it is shown. */
function program(title: string, headers: Record<string, string>): string {
  const recipe = recipesFor({ url: http.url, token, model: 'large/v1', headers }).find((each) => each.title === title);
  return recipe?.steps.find(({ where }) => where === 'ask.ts')?.text ?? '';
}

const paste = async (text: string) =>
  run(process.execPath, ['--input-type=module', '-e', text], {
    cwd: root,
    env: testingEnv({ ENSEMBLE_TOKEN: token, ANTHROPIC_API_KEY: '', ANTHROPIC_AUTH_TOKEN: '' }),
  });

test.each(['openai for TypeScript', '@anthropic-ai/sdk for TypeScript'])(
  '[GW107] the lines for %s bring an answer',
  async (title) => {
    models.script({ says: [{ text: 'Hello from the model' }] });
    const { stdout } = await paste(program(title, { 'x-ensemble-team': teamId }));
    expect(stdout).toContain('Hello from the model');
  },
);

test('[GW92] without its team, somebody with several is told which to name', async () => {
  const refused = paste(program('openai for TypeScript', {}));
  await expect(refused).rejects.toMatchObject({ stderr: expect.stringMatching(/several teams.*x-ensemble-team/) });
  expect(models.received).toEqual([]);
});
