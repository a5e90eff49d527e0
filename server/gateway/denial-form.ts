import type { IncomingHttpHeaders } from 'node:http';
import type { ModelCaller } from '../core/model-call.ts';

/** How a client is told of a denial: as the model's own words and the end of its turn, or as an error of its protocol. */
export type DenialForm = 'answer' | 'error';

/**
 * Coding agents, which try an error again for minutes or hide its text, and chat windows, which show an answer better than an error
 * (docs/decisions/denials.md). By the beginning of their user agent.
 */
const agents = [
  'claude-cli/',
  'claude-code/',
  'codex',
  'opencode/',
  'qwencode/',
  'qwen-code/',
  // Says after a hyphen where it runs.
  'geminicli',
  'cursor/',
  'cline/',
  'roocode/',
  'roo-code/',
  'kilo-code/',
  'zed/',
  'continue/',
  'aider/',
  'goose/',
  'pi-coding-agent/',
  'open-webui',
  'open webui',
  'librechat',
];

/** Programs that know errors and act on them: the official clients and other libraries. */
export function denialForm(caller: Pick<ModelCaller, 'key'>, headers: IncomingHttpHeaders): DenialForm {
  if (caller.key.kind === 'run') return 'answer';
  const names = [headers['user-agent'], headers['originator']].map((name) => String(name ?? '').toLowerCase());
  return names.some((name) => agents.some((agent) => name.startsWith(agent))) ? 'answer' : 'error';
}
