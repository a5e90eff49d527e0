import * as acp from '@agentclientprotocol/sdk';
import { AppError, isAppError } from '../core/errors.ts';
import type { SessionEventBody } from '../core/session-event.ts';
import { log } from '../platform/log.ts';
import { createClientApp } from './acp-client.ts';
import { createEventNormaliser, type EventNormaliser } from './acp-events.ts';
import { openFrames } from './acp-frames.ts';
import { exitWords, failedWith, outcomeOf, within, type Failure } from './acp-outcome.ts';
import { openAgentSession, type OpenedSession } from './acp-session.ts';
import { contentBlocks } from './acp-prompt.ts';
import { askToTake, offersSteering, type SteerOutcome } from './acp-steer.ts';
import { createTerminalTable } from './acp-terminals.ts';
import { defaultHostLimits } from './acp-types.ts';
import type { HostLimits, PromptOutcome, RunningAgent, StartAgentOptions } from './acp-types.ts';
import { isNoise, parseAgentUpdate } from './acp-update.ts';
import { cutLongTexts } from './long-text.ts';
import type { PromptPart } from './prompt-parts.ts';
import { createSeenCalls } from './seen-calls.ts';

/**
 * Our side of one agent process that speaks the Agent Client Protocol (version 1) over its pipes: greets it, opens one
 * session in the asked mode, and gives the means to prompt, cancel and stop it.
 *
 * The agent is not trusted. Whatever it sends, or does not send in time, ends at worst its run, with a reason in words.
 * @throws AppError `unavailable` when the agent cannot be started in time; the process is ended then
 */
export async function startAgent(options: StartAgentOptions): Promise<RunningAgent> {
  const host = new AgentHost(options);
  try {
    await host.open();
  } catch (error) {
    await host.stop();
    throw error;
  }
  return {
    session: host.session(),
    prompt: (text, parts) => host.prompt(text, parts),
    steer: (text) => host.steer(text),
    cancel: () => host.cancel(),
    stop: () => host.stop(),
  };
}

/**
 * opening → idle ⇄ prompting → ended. The first failure ends it for good: the process is killed, a running prompt
 * resolves as failed with that reason, and so does every later one.
 */
class AgentHost {
  readonly #options: StartAgentOptions;
  readonly #limits: HostLimits;
  readonly #terminals = createTerminalTable();
  readonly #seen = createSeenCalls();
  readonly #normaliser: EventNormaliser;
  readonly #connection: acp.ClientConnection;
  readonly #failed = Promise.withResolvers<Failure>();
  readonly #exited: Promise<void>;
  #failure: Failure | undefined;
  #session: OpenedSession = { id: '', memory: 'new', currentModeId: undefined };
  #isOpen = false;
  #steers = false;
  #takesImages = false;
  #turn = new AbortController();
  #prompting: Promise<unknown> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #flushTimer: NodeJS.Timeout | undefined;
  #events = 0;
  #stopping = false;

  constructor(options: StartAgentOptions) {
    this.#options = options;
    this.#limits = { ...defaultHostLimits, ...options.limits };
    this.#normaliser = createEventNormaliser({
      runId: options.runId,
      now: () => performance.now(),
      coalesceMs: this.#limits.coalesceMs,
      terminal: (id) => this.#terminals.snapshot(id),
      onIgnored: (kind) => log().debug({ runId: options.runId, kind }, 'agent update without a meaning for the log'),
    });
    this.#exited = this.#watchProcess();
    this.#connection = this.#connect();
  }

  async open(): Promise<void> {
    const { profile, mode } = this.#options;
    const { hostFiles, hostTerminals } = profile.capabilities;
    const greeting = await this.#request('initialize', {
      protocolVersion: acp.PROTOCOL_VERSION,
      clientInfo: { name: 'ensemble', version: '0.1.0' },
      clientCapabilities: {
        fs: { readTextFile: hostFiles, writeTextFile: hostFiles },
        terminal: hostTerminals,
        // Agents that run commands themselves tell then what those print, and their exit codes.
        _meta: { terminal_output_delta: true },
      },
    });
    if (greeting.protocolVersion !== acp.PROTOCOL_VERSION) {
      throw this.#unavailable(`speaks version ${greeting.protocolVersion} of the protocol; version 1 is needed`);
    }
    this.#steers = offersSteering(greeting);
    this.#takesImages = greeting.agentCapabilities?.promptCapabilities?.image === true;
    this.#session = await openAgentSession({
      capabilities: greeting.agentCapabilities,
      meta: this.#options.sessionMeta ?? {},
      mcpServers: this.#options.mcpServers ?? [],
      resume: this.#options.resume,
      request: (method, params) => this.#requestPlainly(method, params),
    }).catch(async (error: unknown) => Promise.reject(await this.#openingError(error)));
    if (this.#session.id === '') throw this.#unavailable('opened no session');
    const modeId = profile.modes[mode];
    if (modeId === undefined) throw this.#unavailable(`does not offer the mode ${mode}`);
    const isAsked = modeId === '' || this.#session.currentModeId === modeId;
    if (!isAsked) await this.#request('session/set_mode', { sessionId: this.#session.id, modeId });
    this.#isOpen = true;
  }

  session(): OpenedSession {
    return this.#session;
  }

  async prompt(text: string, parts: readonly PromptPart[] = []): Promise<PromptOutcome> {
    if (this.#failure !== undefined) return failedWith(this.#failure);
    if (this.#stopping) return { state: 'failed', reason: `${this.#name()} was stopped.` };
    if (this.#prompting !== undefined) throw new Error('A prompt is running already');
    this.#turn = new AbortController();
    const turn = this.#runTurn(contentBlocks(text, { parts, takesImages: this.#takesImages }));
    this.#prompting = turn;
    try {
      return await turn;
    } finally {
      this.#prompting = undefined;
    }
  }

  async #runTurn(prompt: acp.ContentBlock[]): Promise<PromptOutcome> {
    const turn = this.#turn;
    const outcome = await Promise.race([this.#ask(prompt), this.#failed.promise.then(failedWith)]);
    const cancelled = turn.signal.aborted;
    turn.abort();
    this.#terminals.killAll();
    await this.#write(() => this.#normaliser.finish());
    const failure = this.#currentFailure();
    if (failure?.cause !== undefined) return failedWith(failure);
    if (cancelled) return { state: 'cancelled' };
    return failure === undefined ? outcome : failedWith(failure);
  }

  /** The words go into the turn at work, or stay the caller's. */
  async steer(text: string): Promise<SteerOutcome> {
    const turn = this.#prompting;
    if (!this.#steers) return 'refused';
    if (turn === undefined || this.#turn.signal.aborted || this.#failure !== undefined) return 'idle';
    const over = turn.then(() => 'idle' as const);
    return Promise.race([askToTake(this.#connection.agent, { sessionId: this.#session.id, text }), over]);
  }

  async cancel(): Promise<void> {
    const running = this.#prompting;
    if (running === undefined) return;
    this.#turn.abort();
    this.#terminals.killAll();
    void this.#connection.agent.notify('session/cancel', { sessionId: this.#session.id }).catch(() => undefined);
    const answered = await within(this.#limits.cancelTimeoutMs, running);
    if (!answered) this.#fail('did not stop when it was asked to and was ended');
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#flushTimer);
    this.#turn.abort();
    this.#terminals.killAll();
    this.#options.process.stdin.end();
    if (!(await within(this.#limits.cancelTimeoutMs, this.#exited))) this.#options.process.kill();
    await within(10 * this.#limits.cancelTimeoutMs, this.#exited);
    this.#connection.close();
  }

  #connect(): acp.ClientConnection {
    const { process, handlers } = this.#options;
    const frames = openFrames({
      stdin: process.stdin,
      stdout: process.stdout,
      maxFrameBytes: this.#limits.maxFrameBytes,
      maxTotalBytes: this.#limits.maxTotalBytes,
      onUpdate: (params) => this.#onUpdate(params),
      onBroken: (reason) => this.#fail(reason),
    });
    const app = createClientApp({
      handlers,
      limits: this.#limits,
      terminals: this.#terminals,
      mcpServers: (this.#options.mcpServers ?? []).map(({ name }) => name),
      turn: () => this.#turn.signal,
      announce: async (toolCall) => {
        await this.#write(() => this.#normaliser.push({ sessionUpdate: 'tool_call_update', ...toolCall }));
        return this.#seen.joined(toolCall);
      },
      onBug: (doing, cause) => this.#fail(`was stopped, because Ensemble itself failed while ${doing}`, cause),
    });
    return app.connect(frames);
  }

  async #onUpdate(params: unknown): Promise<void> {
    // A session that is loaded says again what the log has from earlier turns.
    if (!this.#isOpen && this.#options.resume !== undefined) return;
    const update = typeof params === 'object' && params !== null && 'update' in params ? params.update : undefined;
    const parsed = parseAgentUpdate(update);
    if (isNoise(parsed, this.#options.profile.noise)) return;
    this.#seen.note(parsed);
    await this.#write(() => this.#normaliser.push(parsed));
    const dueAt = this.#normaliser.dueAt();
    if (dueAt === undefined || this.#flushTimer !== undefined || this.#stopping) return;
    this.#flushTimer = setTimeout(
      () => {
        this.#flushTimer = undefined;
        void this.#write(() => this.#normaliser.flush());
      },
      Math.max(0, dueAt - performance.now()),
    );
  }

  /** Hands entries on, one at a time, in the order in which they were asked for. Never rejects. */
  #write(take: () => SessionEventBody[]): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      if (this.#failure?.cause !== undefined) return;
      try {
        for (const body of take()) await this.#writeOne(body);
      } catch (cause) {
        this.#fail('was stopped, because Ensemble could not write what it did', cause);
      }
    });
    return this.#writing;
  }

  async #writeOne(body: SessionEventBody): Promise<void> {
    this.#events += 1;
    const { handlers } = this.#options;
    if (this.#events === this.#limits.maxEvents) {
      this.#fail(`sent more than ${this.#limits.maxEvents.toLocaleString('en')} updates in one run`);
    }
    if (this.#events >= this.#limits.maxEvents + 1000) return;
    await handlers.onEvent(await cutLongTexts(body, (text) => handlers.storeText(text)));
  }

  async #ask(prompt: acp.ContentBlock[]): Promise<PromptOutcome> {
    try {
      const answer = await this.#connection.agent.request('session/prompt', {
        sessionId: this.#session.id,
        prompt,
      });
      return outcomeOf(answer, this.#name());
    } catch (error) {
      return failedWith(await this.#failureOf(error));
    }
  }

  /** A request that failed: by an answer of the agent, or because the agent is gone, whose end says why. */
  async #failureOf(error: unknown): Promise<Failure> {
    if (error instanceof acp.RequestError)
      return { reason: `${this.#name()} answered with an error: ${error.message.slice(0, 500)}.` };
    await within(this.#limits.cancelTimeoutMs, this.#failed.promise);
    this.#fail('closed its connection');
    return this.#failed.promise;
  }

  /** A request of the opening, which has to be answered in time. @throws AppError `unavailable` */
  async #request<Method extends 'initialize' | 'session/set_mode'>(
    method: Method,
    params: acp.AgentRequestParamsByMethod[Method],
  ): Promise<acp.AgentRequestResponsesByMethod[Method]> {
    return this.#requestPlainly(method, params).catch(async (error: unknown) =>
      Promise.reject(await this.#openingError(error)),
    );
  }

  /** The same, and an error that the agent answers with comes as it is. */
  async #requestPlainly<Method extends keyof acp.AgentRequestParamsByMethod>(
    method: Method,
    params: acp.AgentRequestParamsByMethod[Method],
  ): Promise<acp.AgentRequestResponsesByMethod[Method]> {
    const answer = this.#connection.agent.request(method, params);
    const failed = this.#failed.promise.then((failure) => Promise.reject(this.#unavailable(failure)));
    const timeout = AbortSignal.timeout(this.#limits.startTimeoutMs);
    const late = new Promise<never>((_, reject) => {
      timeout.addEventListener('abort', () => reject(this.#unavailable(`did not answer ${method} in time`)));
    });
    return Promise.race([answer, failed, late]);
  }

  async #openingError(error: unknown): Promise<AppError> {
    return isAppError(error) ? error : this.#unavailable(await this.#failureOf(error));
  }

  #watchProcess(): Promise<void> {
    return this.#options.process.exited.then(
      ({ code, signal, reason }) => {
        if (this.#stopping) return;
        this.#fail(reason === undefined ? `ended unexpectedly (${exitWords(code, signal)})` : `was stopped: ${reason}`);
      },
      (cause: unknown) => this.#fail('could not be started', cause),
    );
  }

  #fail(what: string, cause?: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { reason: `${this.#name()} ${what}.`, ...(cause === undefined ? {} : { cause }) };
    this.#failed.resolve(this.#failure);
    this.#terminals.killAll();
    this.#options.process.kill();
  }

  #unavailable(why: string | Failure): AppError {
    const failure = typeof why === 'string' ? { reason: `${this.#name()} ${why}.` } : why;
    const cause = 'cause' in failure ? { cause: failure.cause } : {};
    return new AppError('unavailable', `The agent could not be started. ${failure.reason}`, cause);
  }

  /** The failure as it is now, whatever was known of it before. */
  #currentFailure(): Failure | undefined {
    return this.#failure;
  }

  #name(): string {
    return `The agent ${this.#options.profile.title}`;
  }
}
