import type { LlmEffort, LlmRequest } from '../../core/llm-message.ts';
import type { JsonObject } from './wire.ts';

type Asked = Pick<LlmRequest, 'model' | 'thinking' | 'messages'> & { maxTokens: number };

/** The smallest budget that Messages takes. */
const minBudgetTokens = 1_024;

const efforts: Readonly<Record<LlmEffort, string | undefined>> = {
  none: undefined,
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'xhigh',
  max: 'max',
};

const budgets: Readonly<Record<LlmEffort, number>> = {
  none: 0,
  minimal: minBudgetTokens,
  low: 4_096,
  medium: 10_000,
  high: 20_000,
  xhigh: 32_000,
  max: 64_000,
};

/** `thinking`: whether the model thinks, and how much where it does not find that out by itself. */
export function encodeThinking({ model, thinking: wish, maxTokens, messages }: Asked): JsonObject {
  if (wish === undefined) return {};
  if (wish.effort === 'none') return { thinking: { type: 'disabled' } };
  const display = wish.isShown === undefined ? {} : { display: wish.isShown ? 'summarized' : 'omitted' };
  const isAdaptive = thinksAdaptively(model);
  if (!isAdaptive && callsWithoutThought(messages)) return {};
  if (wish.budgetTokens !== undefined) {
    const budget = Math.max(minBudgetTokens, Math.min(wish.budgetTokens, maxTokens - 1));
    return { thinking: { type: 'enabled', budget_tokens: budget, ...display } };
  }
  if (isAdaptive) return { thinking: { type: 'adaptive', ...display } };
  // Half of the limit stays for the answer; what is too little to think with is not thought with.
  const budget = Math.min(budgets[wish.effort ?? 'medium'], Math.floor(maxTokens / 2));
  return budget < minBudgetTokens ? {} : { thinking: { type: 'enabled', budget_tokens: budget, ...display } };
}

/**
 * Whether the turn that goes on called tools without a thought that can be given back. Models that think by a budget refuse to
 * begin to think in the middle of such a turn.
 */
function callsWithoutThought(messages: LlmRequest['messages']): boolean {
  const last = messages.findLast(({ role }) => role === 'assistant');
  if (last?.parts.some(({ type }) => type === 'tool_call') !== true) return false;
  return !last.parts.some((part) => part.type === 'thinking' && part.proof?.protocol === 'anthropic_messages');
}

/** `output_config.effort`, for models that know it. */
export function encodeEffort({ model, thinking: wish }: Pick<Asked, 'model' | 'thinking'>): JsonObject {
  const effort = wish?.effort === undefined ? undefined : efforts[wish.effort];
  return effort === undefined || !thinksAdaptively(model) ? {} : { effort };
}

/** The first Claude that finds out by itself how much to think, and is told how hard. */
const firstAdaptive = 4.6;

/** Claude since 4.6. Older ones, and other models behind this protocol, take a budget. */
function thinksAdaptively(model: string): boolean {
  const [, first, second] = /claude(?:-[a-z]+)*-(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/.exec(model) ?? [];
  if (first === undefined) return model.includes('claude');
  return Number(first) + Number(second ?? 0) / 10 >= firstAdaptive;
}
