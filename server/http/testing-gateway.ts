import { startModelServer, type ModelServer } from '../../e2e/fakes/model-server.ts';
import { newPerson, newTeam, type TestPerson } from '../auth/testing.ts';
import type { GatewayTimes } from '../gateway/house.ts';
import { newModel, newProvider } from '../governance/testing.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { newToken, startHttp, type TestHttp } from './testing.ts';

/** The whole gateway before scripted model servers, and somebody who may use it. */
export type TestGateway = {
  http: TestHttp;
  /** The preferred provider, and the one after it. */
  models: ModelServer;
  spare: ModelServer;
  ana: TestPerson;
  teamId: string;
  token: string;
  /** Asks for a message, as the SDK of Anthropic does. */
  ask(
    body: unknown,
    given?: { headers?: Record<string, string>; path?: string; signal?: AbortSignal },
  ): Promise<Response>;
  close(): Promise<void>;
};

export const hello = { model: 'large', max_tokens: 100, messages: [{ role: 'user', content: 'Good morning' }] };

/** `large` has one target, `sure` has both. Providers are remote and speak Messages. */
export async function startGateway(
  times: Partial<GatewayTimes> = {},
  provider: { firstByteTimeoutMs?: number; idleTimeoutMs?: number } = {},
): Promise<TestGateway> {
  const [models, spare] = [await startModelServer(), await startModelServer()];
  const http = await startHttp(times);
  const ana = await newPerson('Ana');
  const teamId = await newTeam('Cave', [[ana, 'developer']]);
  const { token } = await newToken(ana.personId, ['models']);
  const upstream = { kind: 'anthropic', protocols: ['anthropic_messages'], place: 'remote', ...provider } as const;
  const providerOf = (baseUrl: string, name: string) =>
    newProvider({ ...upstream, protocols: [...upstream.protocols], baseUrl, name, key: `sk-of-${name}` });
  const first = { providerId: await providerOf(models.url, 'First'), upstreamModel: 'scripted-large', ...price };
  const second = { providerId: await providerOf(spare.url, 'Second'), upstreamModel: 'scripted-small', ...price };
  await newModel('large', [first]);
  await newModel('sure', [first, second]);
  return {
    http,
    models,
    spare,
    ana,
    teamId,
    token,
    ask: (body, { headers = {}, path = '/anthropic/v1/messages', signal } = {}) =>
      fetch(`${http.url}/gateway${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': token, ...headers },
        body:
          typeof body === 'string' || body instanceof Uint8Array
            ? new Uint8Array(Buffer.from(body))
            : JSON.stringify(body),
        ...(signal ? { signal } : {}),
      }),
    async close() {
      await http.close();
      await models.close();
      await spare.close();
      await closeNotifications();
    },
  };
}

const price = { priceInput: 3_000_000, priceOutput: 15_000_000 };
