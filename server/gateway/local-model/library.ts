/**
 * What is used of node-llama-cpp 3 (its README and type declarations), which is installed by operators who want it: the
 * compiler cannot see it.
 */
export type HistoryItem =
  | { type: 'system'; text: string }
  | { type: 'user'; text: string }
  | { type: 'model'; response: (string | HistoryCall)[] };

export type HistoryCall = { type: 'functionCall'; name: string; params: unknown; result: unknown };

export type LibraryChunk = {
  type?: 'segment' | undefined;
  segmentType?: string | undefined;
  text: string;
  tokens: ArrayLike<number>;
};

export type GenerateOptions = {
  onResponseChunk(chunk: LibraryChunk): void;
  signal: AbortSignal;
  maxTokens?: number;
  temperature?: number;
  topP?: number;
  seed?: number;
  customStopTriggers?: readonly string[];
  functions?: Readonly<Record<string, { description?: string; params?: unknown }>>;
  documentFunctionParams?: boolean;
};

export type Generated = {
  response: string;
  functionCalls?: readonly { functionName: string; params: unknown }[];
  metadata: { stopReason: string };
};

export type LibraryChat = { generateResponse(history: HistoryItem[], options: GenerateOptions): Promise<Generated> };
type Sequence = { nextTokenIndex: number };
type LibraryContext = { contextSize: number; getSequence(): Sequence };
export type LibraryModel = {
  tokenize(text: string): ArrayLike<number>;
  createContext(options: { contextSize: number }): Promise<LibraryContext>;
};

export type Library = {
  getLlama: (options: { gpu: false; build: 'never' }) => Promise<{
    loadModel(options: { modelPath: string }): Promise<LibraryModel>;
  }>;
  LlamaChat: new (options: { contextSequence: Sequence }) => LibraryChat;
};

/** The library at a file. What it exports is checked by name; how that behaves is its version's word. */
export async function openLibrary(file: string): Promise<Library> {
  const loaded: unknown = await import(file);
  if (isLibrary(loaded)) return loaded;
  throw new Error(`${file} is not node-llama-cpp 3`);
}

function isLibrary(loaded: unknown): loaded is Library {
  return typeof loaded === 'object' && loaded !== null && 'getLlama' in loaded && 'LlamaChat' in loaded;
}

/** A model in memory with room for one conversation at a time. */
export type LoadedModel = {
  chat: LibraryChat;
  contextSize: number;
  countTokens(text: string): number;
  /** How many tokens the conversation of the last call filled, question and answer. */
  filled(): number;
};

export async function loadModel(of: { library: string; modelPath: string; contextSize: number }): Promise<LoadedModel> {
  const { getLlama, LlamaChat } = await openLibrary(of.library);
  const llama = await getLlama({ gpu: false, build: 'never' });
  const model = await llama.loadModel({ modelPath: of.modelPath });
  const context = await model.createContext({ contextSize: of.contextSize });
  const sequence = context.getSequence();
  return {
    chat: new LlamaChat({ contextSequence: sequence }),
    contextSize: context.contextSize,
    countTokens: (text) => model.tokenize(text).length,
    filled: () => sequence.nextTokenIndex,
  };
}
