import { existsSync } from 'node:fs';
import path from 'node:path';
import { variablesOf, type CustomAgentRow } from '../../runs/agents/custom-agent-input.ts';
import { agentMount } from '../installed-agent.ts';
import type { AgentAvailability, AgentProfile, AgentStart } from '../registry.ts';

/**
 * An ACP command that an admin of this installation named. Whether it asks before it acts is up to it, so only the modes are offered
 * that hold without: `plan`, in which nothing can be written, and `auto`.
 */
export function customProfile(row: CustomAgentRow): AgentProfile {
  const { name, title, description, command, folder, needsModel } = row;
  const [program = ''] = command;
  return {
    name,
    title,
    description: description === '' ? 'An agent that an admin of this installation added.' : description,
    isCustom: true,
    needsModel,
    modes: { plan: '', auto: '' },
    defaultMode: 'plan',
    work: 'rw',
    home: 'folder',
    command: () => command,
    mounts: () => (folder === null ? [] : [[folder, agentMount]]),
    env: (start) => ({ ...usual(start), ...filled(variablesOf(row), start) }),
    homeFiles: () => ({}),
    sessionMeta: () => ({}),
    capabilities: { hostFiles: true, hostTerminals: true },
    available: () => Promise.resolve(availabilityOf(program, folder)),
  };
}

/** What clients of models commonly read. */
function usual({ models }: AgentStart): Record<string, string> {
  if (models === undefined) return {};
  return {
    OPENAI_BASE_URL: models.openAiUrl,
    OPENAI_API_KEY: models.key,
    OPENAI_MODEL: models.model,
    ANTHROPIC_BASE_URL: models.anthropicUrl,
    ANTHROPIC_AUTH_TOKEN: models.key,
    ANTHROPIC_MODEL: models.model,
    GOOGLE_GEMINI_BASE_URL: models.geminiUrl,
    GEMINI_API_KEY: models.key,
    GEMINI_MODEL: models.model,
  };
}

/** Variables with what only the run knows in the place of `{openAiUrl}`, `{anthropicUrl}`, `{geminiUrl}`, `{key}` and `{model}`. */
function filled(given: Readonly<Record<string, string>>, { models }: AgentStart): Record<string, string> {
  const words: Record<string, string | undefined> = { ...models };
  const fill = (text: string) =>
    text.replaceAll(/\{(openAiUrl|anthropicUrl|geminiUrl|key|model)\}/g, (_, word: string) => words[word] ?? '');
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, fill(value)]));
}

function availabilityOf(program: string, folder: string | null): AgentAvailability {
  const fix = 'An installation admin corrects it in Settings › Agents.';
  if (folder !== null && !existsSync(folder))
    return { ok: false, reason: `Its folder ${folder} is not on the server.`, fix };
  const below = path.posix.relative(agentMount, program);
  const isInFolder = program.startsWith(`${agentMount}/`);
  const file = isInFolder ? path.join(folder ?? '', below) : program;
  if (isInFolder && folder === null)
    return { ok: false, reason: `Its program is ${program}, and it has no folder there.`, fix };
  if (program.startsWith('/') && !program.startsWith('/opt/node/') && !existsSync(file))
    return { ok: false, reason: `Its program ${program} is not on the server.`, fix };
  return { ok: true };
}
