import http from 'node:http';

export type DoorAnswer = { status: number; requestId: string | undefined; text: string };

const mostAnswerBytes = 256 * 1024;

/**
 * One call to a model through the door of a run, as an agent makes it, by chat/completions.
 * @throws when it is aborted, the door is closed, or the answer is too long
 */
export async function askThroughDoor(
  { socketPath, key, body }: { socketPath: string; key: string; body: unknown },
  signal: AbortSignal,
): Promise<DoorAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<DoorAnswer>();
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'user-agent': 'ensemble-guard',
  };
  const request = http.request(
    { socketPath, path: '/gateway/openai/v1/chat/completions', method: 'POST', headers, signal, agent: false },
    (response) => {
      const chunks: Buffer[] = [];
      let sizeBytes = 0;
      response.on('data', (chunk: Buffer) => {
        sizeBytes += chunk.length;
        if (sizeBytes > mostAnswerBytes) response.destroy(new Error('the answer of a model is too long'));
        else chunks.push(chunk);
      });
      response.once('error', reject);
      response.once('end', () => {
        const id = response.headers['x-ensemble-request-id'];
        const requestId = typeof id === 'string' ? id : undefined;
        resolve({ status: response.statusCode ?? 0, requestId, text: Buffer.concat(chunks).toString('utf8') });
      });
    },
  );
  request.once('error', reject);
  request.end(JSON.stringify(body));
  return promise;
}
