import { homedir } from 'node:os';
import { standardStreams } from '../standard-streams.ts';
import { createAssistant } from './agent.ts';
import { createModelClient } from './model-client.ts';
import { createSessionStore } from './session-store.ts';

/** The built-in assistant as a program: ACP on its standard streams, until its input closes. */
const {
  ENSEMBLE_MODELS_URL: url,
  ENSEMBLE_MODELS_KEY: key,
  ENSEMBLE_MODEL: model,
  ENSEMBLE_EFFORT: effort,
} = process.env;
if (!url || !key) throw new Error('ENSEMBLE_MODELS_URL and ENSEMBLE_MODELS_KEY say where the models are');
const agent = createAssistant({
  client: createModelClient({ url, key }),
  store: createSessionStore(homedir()),
  asked: { ...(model && { model }), ...(effort && { effort }) },
});
const connection = agent.connect(standardStreams());
await connection.closed;
process.exit(0);
