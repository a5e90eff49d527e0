import type { Client, Heard, Question } from './official-clients.ts';

/**
 * A client of Google's protocol under the face of the official ones. It asks and reads as Google documents its API, by itself: nothing of
 * the gateway's own reader or writer is in it.
 */

export class GeminiApiError extends Error {
  override name = 'GeminiApiError';
}

type Part = {
  text?: string;
  thought?: boolean;
  functionCall?: { id?: string; name: string; args: unknown };
};
type Piece = {
  candidates?: { content?: { parts?: Part[] }; finishReason?: string }[];
  usageMetadata?: {
    promptTokenCount?: number;
    candidatesTokenCount?: number;
    thoughtsTokenCount?: number;
    cachedContentTokenCount?: number;
  };
  error?: { message: string; status: string };
};

/** `url` ends before `/v1beta`. */
export function geminiClient({ url, key }: { url: string; key: string }): Client {
  const post = async (question: Question, does: string, signal?: AbortSignal) => {
    const response = await fetch(`${url}/v1beta/models/${question.model}:${does}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-goog-api-key': key },
      body: JSON.stringify(bodyOf(question)),
      ...(signal === undefined ? {} : { signal }),
    });
    if (!response.ok) throw new GeminiApiError(await response.text());
    return response;
  };
  return {
    ask: async (question) => heardIn([pieceOf(await (await post(question, 'generateContent')).text())]),
    stream: async (question, { signal, onText } = {}) => {
      const response = await post(question, 'streamGenerateContent?alt=sse', signal);
      const pieces: Piece[] = [];
      for await (const piece of piecesOf(response)) {
        onText?.(textOf([piece], false));
        pieces.push(piece);
      }
      return heardIn(pieces);
    },
  };
}

function bodyOf({ system, text, png, tools, earlier, maxTokens, think }: Question): unknown {
  const image = png === undefined ? [] : [{ inlineData: { mimeType: 'image/png', data: png } }];
  const call = earlier && { id: 'earlier_1', name: earlier.tool };
  return {
    ...(system === undefined ? {} : { systemInstruction: { role: 'user', parts: [{ text: system }] } }),
    contents: [
      { role: 'user', parts: [{ text }, ...image] },
      ...(earlier === undefined
        ? []
        : [
            { role: 'model', parts: [{ functionCall: { ...call, args: earlier.arguments } }] },
            { role: 'user', parts: [{ functionResponse: { ...call, response: { output: earlier.result } } }] },
          ]),
    ],
    ...(tools === undefined
      ? {}
      : {
          tools: [
            {
              functionDeclarations: tools.map(({ name, parameters }) => ({ name, parametersJsonSchema: parameters })),
            },
          ],
        }),
    generationConfig: {
      topK: 64,
      ...(maxTokens === undefined ? {} : { maxOutputTokens: maxTokens }),
      ...(think === true ? { thinkingConfig: { includeThoughts: true, thinkingBudget: 2048 } } : {}),
    },
  };
}

/** What is answered is taken at its word: the tests say what must be in it. */
const pieceOf = (json: string): Piece => JSON.parse(json);

async function* piecesOf(response: Response): AsyncGenerator<Piece> {
  const decoder = new TextDecoder();
  let held = '';
  for await (const bytes of response.body ?? []) {
    held += decoder.decode(bytes, { stream: true });
    const events = held.split('\n\n');
    held = events.pop() ?? '';
    for (const event of events) {
      const piece = pieceOf(event.replace(/^data: /, ''));
      if (piece.error) throw new GeminiApiError(JSON.stringify(piece.error));
      yield piece;
    }
  }
}

const partsOf = (pieces: readonly Piece[]) => pieces.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);

const textOf = (pieces: readonly Piece[], thought: boolean) =>
  partsOf(pieces).reduce((all, part) => ((part.thought ?? false) === thought ? all + (part.text ?? '') : all), '');

function heardIn(pieces: readonly Piece[]): Heard {
  const usage = pieces.findLast(({ usageMetadata }) => usageMetadata)?.usageMetadata;
  return {
    text: textOf(pieces, false),
    thinking: textOf(pieces, true),
    calls: partsOf(pieces).flatMap(({ functionCall: call }) =>
      call === undefined ? [] : [{ name: call.name, arguments: call.args }],
    ),
    stop: pieces.flatMap(({ candidates }) => candidates?.[0]?.finishReason ?? []).at(-1) ?? null,
    usage: {
      input: usage?.promptTokenCount ?? 0,
      output: (usage?.candidatesTokenCount ?? 0) + (usage?.thoughtsTokenCount ?? 0),
      cached: usage?.cachedContentTokenCount ?? 0,
    },
  };
}
