import { describe, expect, it } from 'vitest';
import { denialForm } from './denial-form.ts';

const token = { key: { kind: 'token' as const, id: 'tok_1' } };
const run = { key: { kind: 'run' as const, id: 'key_1' } };

describe('how a client is told of a denial', () => {
  it.each([
    ['claude-cli/2.1.316 (external, sdk-ts, agent-sdk/0.3.316)', 'answer'],
    ['codex_cli_rs/0.166.0 (Debian 12; x86_64)', 'answer'],
    ['codex_exec/0.166.0', 'answer'],
    ['opencode/1.18.33', 'answer'],
    ['GeminiCLI-tui/0.61.0/large (linux; x64; terminal)', 'answer'],
    ['QwenCode/0.24.4 (linux; x64)', 'answer'],
    ['Anthropic/JS 0.70.0', 'error'],
    ['OpenAI/Python 2.8.0', 'error'],
    ['AsyncOpenAI/Python 2.8.0', 'error'],
    ['ai-sdk/openai-compatible/1.0.0', 'error'],
    ['curl/8.5.0', 'error'],
    [undefined, 'error'],
  ])('[GW60] a token of %s gets an %s', (agent, form) => {
    expect(denialForm(token, { 'user-agent': agent })).toBe(form);
  });

  it('[GW60] whatever calls for a run gets an answer, and so does who says so as originator', () => {
    expect(denialForm(run, { 'user-agent': 'OpenAI/JS 6.0.0' })).toBe('answer');
    expect(denialForm(token, { 'user-agent': 'x/1', originator: 'codex_vscode' })).toBe('answer');
  });
});
