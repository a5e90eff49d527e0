import type { IncomingHttpHeaders } from 'node:http';
import { scanText } from '../core/dlp/scan.ts';

/**
 * Which headers go on, and which come back (docs/spec/gateway.md, GW6 and GW7). Both are lists of what passes: what a company's proxies
 * and tools add is nobody's business outside.
 */
type Passing = { names: ReadonlySet<string>; starts: readonly string[]; never: ReadonlySet<string> };

const toProvider: Passing = {
  names: new Set([
    'accept',
    'user-agent',
    'idempotency-key',
    // Claude Code, Codex: which of their conversations it is.
    'x-app',
    'session-id',
    'session_id',
    'thread-id',
    'conversation_id',
    'originator',
    'x-client-request-id',
    'x-codex-window-id',
  ]),
  starts: ['anthropic-', 'openai-', 'x-stainless-', 'x-claude-code-'],
  // Which account pays is the provider key's business.
  never: new Set(['openai-organization', 'openai-project', 'anthropic-organization-id']),
};

const toCaller: Passing = {
  names: new Set([
    'request-id',
    'x-request-id',
    'retry-after',
    'retry-after-ms',
    'x-should-retry',
    'openai-processing-ms',
    'openai-version',
    'openai-model',
  ]),
  starts: ['anthropic-ratelimit-', 'x-ratelimit-'],
  never: new Set(),
};

type Headers = Readonly<Record<string, string | string[] | undefined>>;

function passing({ names, starts, never }: Passing, headers: Headers): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || never.has(name)) continue;
    if (names.has(name) || starts.some((start) => name.startsWith(start)))
      passed[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return passed;
}

/** By their name they hold what opens something: the caller's key under a name that a provider has, say. */
const namesKey = /api-key|auth|token|secret|password|cookie|credential/;

/** The caller's headers that go on to a provider of the same protocol. */
export function headersUpstream(headers: IncomingHttpHeaders): Record<string, string> {
  return withoutSecrets(passing(toProvider, headers));
}

function withoutSecrets(headers: Record<string, string>): Record<string, string> {
  const harmless = Object.entries(headers).filter(([name, value]) => !namesKey.test(name) && !isSecret(value));
  return Object.fromEntries(harmless);
}

const isSecret = (value: string) => scanText(value).some((finding) => finding.class === 'secret');

/** Between protocols only who asks is said: switches of the one mean nothing to the other. */
export function headersTranslated(headers: IncomingHttpHeaders): Record<string, string> {
  const agent = headers['user-agent'];
  return agent === undefined ? {} : withoutSecrets({ 'user-agent': agent });
}

/** What of the provider's answer the caller is told beside the body. */
export function headersBack(headers: Headers): Record<string, string> {
  return passing(toCaller, headers);
}
