import http from 'node:http';
import { timingSafeEqual } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { refusalOf } from '../../core/errors.ts';
import {
  chunkOf,
  deltaOf,
  errorBody,
  finishOf,
  newHead,
  toolCallsOf,
  usageChunk,
  wholeAnswer,
  type Usage,
} from './chat-answer.ts';
import { chatBody, historyOf, optionsOf, textsOf, type ChatBody } from './chat-request.ts';
import type { Generated, LibraryChunk, LoadedModel } from './library.ts';

/** chat/completions over a model in memory: one answer at a time, the others wait their turn. */

export type Served = { model: LoadedModel; name: string; secret: string };

export function createModelServer(served: Served): http.Server {
  let last: Promise<unknown> = Promise.resolve();
  /** Runs when all before it are done. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };
  return http.createServer((request, response) => {
    handle(request, response, { ...served, inTurn }).catch((error: unknown) => fail(response, error));
  });
}

type Handling = Served & { inTurn<T>(work: () => Promise<T>): Promise<T> };

async function handle(request: http.IncomingMessage, response: http.ServerResponse, of: Handling): Promise<void> {
  if (!isAllowed(request, of.secret)) return json(response, 401, errorBody('Wrong key.', 'authentication_error'));
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  if (request.method === 'GET' && path === '/v1/models')
    return json(response, 200, {
      object: 'list',
      data: [{ id: of.name, object: 'model', created: 0, owned_by: 'local' }],
    });
  if (request.method !== 'POST' || path !== '/v1/chat/completions')
    return json(response, 404, errorBody(`There is nothing at ${path}.`, 'invalid_request_error'));
  const body = chatBody.parse(JSON.parse(await text(request)));
  const size = of.model.countTokens(textsOf(body));
  if (size >= of.model.contextSize)
    return json(
      response,
      400,
      errorBody(
        `The request has about ${size} tokens and the model was loaded with room for ${of.model.contextSize}. Send less, or give the provider a larger context.`,
        'invalid_request_error',
      ),
    );
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  await of.inTurn(async () => {
    if (!gone.signal.aborted) await (body.stream ? stream : whole)({ body, response, of, signal: gone.signal });
  });
}

function isAllowed({ headers }: http.IncomingMessage, secret: string): boolean {
  const given = Buffer.from(headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${secret}`);
  return given.byteLength === wanted.byteLength && timingSafeEqual(given, wanted);
}

type Call = { body: ChatBody; response: http.ServerResponse; of: Handling; signal: AbortSignal };

async function whole({ body, response, of, signal }: Call): Promise<void> {
  const said = { text: '', thought: '' };
  const end = await generate({ body, of, signal }, ({ type, text: piece }) => {
    said[type === 'segment' ? 'thought' : 'text'] += piece;
  });
  json(response, 200, wholeAnswer(newHead(body.model, new Date()), said, end));
}

async function stream({ body, response, of, signal }: Call): Promise<void> {
  const head = newHead(body.model, new Date());
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const send = (event: unknown) => void response.write(`data: ${JSON.stringify(event)}\n\n`);
  send(chunkOf(head, { role: 'assistant', content: '' }));
  const { done, usage } = await generate({ body, of, signal }, (piece) => {
    if (piece.text !== '') send(chunkOf(head, deltaOf(piece)));
  });
  const calls = toolCallsOf(done);
  if (calls.length > 0) send(chunkOf(head, { tool_calls: calls.map((call, index) => ({ index, ...call })) }));
  send(chunkOf(head, {}, finishOf(done)));
  if (body.stream_options?.include_usage === true) send(usageChunk(head, usage));
  response.end('data: [DONE]\n\n');
}

async function generate(
  { body, of, signal }: Omit<Call, 'response'>,
  onPiece: (piece: LibraryChunk) => void,
): Promise<{ done: Generated; usage: Usage }> {
  let output = 0;
  const done = await of.model.chat.generateResponse(historyOf(body.messages), {
    ...optionsOf(body),
    signal,
    onResponseChunk: (piece) => {
      output += piece.tokens.length;
      onPiece(piece);
    },
  });
  const prompt = Math.max(0, of.model.filled() - output);
  return { done, usage: { prompt_tokens: prompt, completion_tokens: output, total_tokens: prompt + output } };
}

function json(response: http.ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function fail(response: http.ServerResponse, error: unknown): void {
  const message = error instanceof Error ? error.message : 'unknown';
  const isTooLong = /fits the context size/.test(message);
  const refusal =
    error instanceof SyntaxError ? 'The body is no JSON.' : isTooLong ? message : refusalOf(error)?.message;
  const words = refusal ?? `The model failed: ${message}`;
  const told = errorBody(words, refusal === undefined ? 'server_error' : 'invalid_request_error');
  if (!response.headersSent) json(response, refusal === undefined ? 500 : 400, told);
  else response.end(`data: ${JSON.stringify(told)}\n\n`);
}
