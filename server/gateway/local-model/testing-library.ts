import { existsSync } from 'node:fs';
import type { GenerateOptions, Generated, HistoryItem } from './library.ts';

/** In place of node-llama-cpp: says the last text of a person backwards, word by word, and calls a tool when it is told to. */

type Context = { contextSize: number };

export async function getLlama() {
  return {
    async loadModel({ modelPath }: { modelPath: string }) {
      if (!existsSync(modelPath)) throw new Error(`There is no file ${modelPath}.`);
      return {
        tokenize: (text: string) => text.split(/\s+/).filter((word) => word !== ''),
        async createContext({ contextSize }: Context) {
          return { contextSize, getSequence: () => ({ nextTokenIndex: 12 }) };
        },
      };
    },
  };
}

let busy = 0;

export class LlamaChat {
  async generateResponse(history: HistoryItem[], options: GenerateOptions): Promise<Generated> {
    busy += 1;
    try {
      return await this.answer(history, options);
    } finally {
      busy -= 1;
    }
  }

  private async answer(history: HistoryItem[], options: GenerateOptions): Promise<Generated> {
    const last = history.findLast((item) => item.type === 'user')?.text ?? '';
    if (busy > 1) throw new Error('two at once');
    if (last === 'crash') process.exit(3);
    if (last === 'hang') await untilAborted(options.signal);
    const end = history.at(-1);
    const hasResult = end?.type === 'model' && end.response.length > 0;
    const [name] = Object.keys(options.functions ?? {});
    if (name !== undefined && !hasResult)
      return {
        response: '',
        functionCalls: [{ functionName: name, params: { path: last } }],
        metadata: { stopReason: 'functionCalls' },
      };
    return say(hasResult ? [JSON.stringify(end)] : last.split(' ').toReversed(), options);
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  });
}

async function say(words: readonly string[], options: GenerateOptions): Promise<Generated> {
  options.onResponseChunk({ type: 'segment', segmentType: 'thought', text: 'backwards', tokens: [1] });
  for (const word of words.slice(0, options.maxTokens)) {
    options.onResponseChunk({ type: undefined, text: `${word} `, tokens: [1] });
    await new Promise((resolve) => setImmediate(resolve));
  }
  const isCut = options.maxTokens !== undefined && words.length > options.maxTokens;
  return { response: words.join(' '), metadata: { stopReason: isCut ? 'maxTokens' : 'eogToken' } };
}
