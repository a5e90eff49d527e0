import type { Asked } from './model-server-asked.ts';

/** One thing that the model says. Texts may hold `{{user}}`, `{{tool}}`, `{{system}}` and `{{model}}`: what was asked. */
export type Say =
  | { text: string }
  /** `proof` is the signature (Messages) or the encrypted content (Responses) that comes with it. */
  | { thinking: string; proof?: string }
  /** A call of a function. A string is sent as it is, whether it is JSON or not. */
  | { tool: string; arguments: Record<string, unknown> | string; id?: string; namespace?: string }
  /** A call of a tool whose input is plain text: Responses only; a function with the argument `input` elsewhere. */
  | { textTool: string; input: string; id?: string }
  | { refusal: string };

export type Usage = { input: number; output: number; cacheRead: number; cacheWrite: number; thinking: number };

export type Stop = 'end' | 'length' | 'tool_calls' | 'stop_sequence' | 'refusal' | 'filtered';

/** What answers one call. Without anything said it echoes the last user text. */
export type Answer = {
  says?: readonly Say[];
  usage?: Partial<Usage>;
  /** Left out: `tool_calls` when a tool is called, else `end`. */
  stop?: Stop;
  /** Of the whole answer: headers beside the usual ones. */
  headers?: Record<string, string>;
  /** Before the first byte. */
  delayMs?: number;
  /** Between two events of a stream. */
  paceMs?: number;
  /** Characters in a delta; left out: a word. */
  pieceLength?: number;
  /** Where a stream's bytes are cut into writes of their own: offsets, or every so many bytes. */
  cuts?: readonly number[] | number;
  /** Instead of an answer. Left out, the body is an error in the asker's protocol with this message. */
  error?: { status: number; message?: string; body?: unknown };
  /** After so many events the stream says that it failed, loses its connection, or falls silent. */
  breaks?: { afterEvents: number; how: 'error' | 'cut' | 'hang' };
  /** Bytes to answer with, exactly; the content type is the protocol's unless `headers` say another. */
  raw?: { status?: number; body: string };
};

/**
 * A rule of a script. The first that fits and is not used up answers; when none does, the server echoes. With `turns`
 * the answer is the one at the number of tool calls since the last user text (the last goes on), which is how an agent
 * is led through a task whatever it asks beside it.
 */
export type Rule = Answer & {
  when?: {
    protocol?: Asked['protocol'];
    model?: string;
    /** The last user text has it in it. */
    user?: string;
    hasTools?: boolean;
    stream?: boolean;
  };
  /** How often it answers; left out: always. */
  times?: number;
  turns?: readonly Answer[];
};

/** A rule as data (also from a file), or a function for what data cannot say; undefined does not fit. */
export type Script = readonly (Rule | ((asked: Asked) => Answer | undefined))[];

function fits(rule: Rule, asked: Asked): boolean {
  const { when } = rule;
  if (when === undefined) return true;
  return (
    (when.protocol === undefined || when.protocol === asked.protocol) &&
    (when.model === undefined || when.model === asked.model) &&
    (when.user === undefined || asked.lastUserText.includes(when.user)) &&
    (when.hasTools === undefined || when.hasTools === asked.tools.length > 0) &&
    (when.stream === undefined || when.stream === asked.stream)
  );
}

/** Plays a script: which answer a request gets. */
export function playScript(script: Script): (asked: Asked) => Answer {
  const left = script.map((rule) => (typeof rule === 'function' ? Infinity : (rule.times ?? Infinity)));
  return (asked) => {
    for (const [at, rule] of script.entries()) {
      if (left[at] === 0) continue;
      const answer = typeof rule === 'function' ? rule(asked) : fits(rule, asked) ? rule : undefined;
      if (answer === undefined) continue;
      left[at] = (left[at] ?? 0) - 1;
      const { turns } = typeof rule === 'function' ? { turns: undefined } : rule;
      return turns === undefined ? answer : (turns[Math.min(asked.toolCalls, turns.length - 1)] ?? answer);
    }
    return {};
  };
}

function fill(text: string, asked: Asked): string {
  const words: Record<string, string> = {
    user: asked.lastUserText,
    tool: asked.lastToolResult,
    system: asked.system,
    model: asked.model,
  };
  return text.replaceAll(/\{\{(user|tool|system|model)\}\}/g, (_, name: string) => words[name] ?? '');
}

/** A thing said with the question's own words put in. */
export type Said =
  | { type: 'text' | 'refusal'; text: string }
  | { type: 'thinking'; text: string; proof: string }
  | { type: 'tool'; id: string; name: string; arguments: string; namespace?: string }
  | { type: 'text_tool'; id: string; name: string; input: string };

function saidOf(say: Say, asked: Asked, id: string): Said {
  if ('text' in say) return { type: 'text', text: fill(say.text, asked) };
  if ('refusal' in say) return { type: 'refusal', text: fill(say.refusal, asked) };
  if ('thinking' in say)
    return { type: 'thinking', text: fill(say.thinking, asked), proof: say.proof ?? `proof-${id}` };
  if ('textTool' in say)
    return { type: 'text_tool', id: say.id ?? id, name: say.textTool, input: fill(say.input, asked) };
  const text = typeof say.arguments === 'string' ? say.arguments : JSON.stringify(say.arguments);
  const tool = { type: 'tool' as const, id: say.id ?? id, name: say.tool };
  // Within JSON the words that are put in are written as JSON writes them.
  const inJson = { ...asked, ...escaped(asked) };
  return {
    ...tool,
    arguments: fill(text, inJson),
    ...(say.namespace === undefined ? {} : { namespace: say.namespace }),
  };
}

function escaped(asked: Asked): Pick<Asked, 'lastUserText' | 'lastToolResult' | 'system' | 'model'> {
  const escape = (text: string) => JSON.stringify(text).slice(1, -1);
  return {
    lastUserText: escape(asked.lastUserText),
    lastToolResult: escape(asked.lastToolResult),
    system: escape(asked.system),
    model: escape(asked.model),
  };
}

/** An answer made whole: what any of the protocols needs to write it. */
export type Spoken = {
  id: string;
  model: string;
  says: readonly Said[];
  stop: Stop;
  usage: Usage;
  pieceLength?: number;
};

const usual: Usage = { input: 1500, output: 42, cacheRead: 0, cacheWrite: 0, thinking: 0 };

/** `serial` makes the ids: the same script and the same requests give the same bytes. */
export function speak(answer: Answer, asked: Asked, serial: number): Spoken {
  const says = (answer.says ?? [{ text: '{{user}}' }]).map((say, at) => saidOf(say, asked, `call_${serial}_${at}`));
  const calls = says.some((said) => said.type === 'tool' || said.type === 'text_tool');
  return {
    id: `${serial}`,
    model: asked.model,
    says,
    stop: answer.stop ?? (calls ? 'tool_calls' : 'end'),
    usage: { ...usual, ...answer.usage },
    ...(answer.pieceLength === undefined ? {} : { pieceLength: answer.pieceLength }),
  };
}

/** A text as a stream brings it: by words, or by so many characters. */
export function pieces(text: string, length: number | undefined): string[] {
  if (length === undefined) return text.match(/\s*\S+|\s+$/gu) ?? [];
  return Array.from({ length: Math.ceil(text.length / length) }, (_, at) => text.slice(at * length, (at + 1) * length));
}
