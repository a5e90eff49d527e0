import { expect, test } from 'vitest';
import { agentTask } from '../../../e2e/fakes/agent-steps.ts';
import { plantFiles } from '../../agents/testing-hostile.ts';
import { repoPath } from '../../workspace/git.ts';
import { agentHouse, long } from './testing-house.ts';

const house = await agentHouse();

const words = 'Only tabs here, says the house.';
const skill = 'Use it when a release is made.';
const closed = 'Whoever reads this reads too much.';
const files = {
  'AGENTS.md': `${words}\n`,
  '.agents/skills/release/SKILL.md': `---\nname: release\ndescription: ${skill}\n---\n${closed}\n`,
  'packages/web/AGENTS.md': closed,
  // Each agent's own names for the same: none of them is read by itself.
  ...Object.fromEntries(
    [
      'QWEN.md',
      'GEMINI.md',
      'ENSEMBLE.md',
      'CONTEXT.md',
      'AGENTS.override.md',
      '.qwen/QWEN.md',
      '.claude/CLAUDE.md',
    ].map((name) => [name, closed]),
  ),
};

const offersTools = (json: unknown) =>
  typeof json === 'object' && json !== null && 'tools' in json && Array.isArray(json.tools) && json.tools.length > 0;

const howOften = (text: string, part: string) => text.split(part).length - 1;

test.each(['claude-code', 'codex', 'opencode', 'qwen-code', 'gemini-cli'])(
  '[AG50] %s is told what the repository says to agents, once, by the host; [AG51] [AG52] and what its skills are for, and where folders say more',
  { timeout: long },
  async (agent) => {
    house.models.forget();
    house.models.script(agentTask([{ run: 'true' }]));
    const sessionId = await house.newSession();
    await plantFiles(repoPath(house.projectId), sessionId, files);
    const { runId, done } = await house.begin({ text: 'Look', agent, sessionId, mode: 'auto' });
    await done;
    const { run, log } = await house.ranOf(runId);
    expect(run).toMatchObject({ state: 'succeeded', error: null });
    const asked = house.models.received.map(({ json }) => ({
      text: JSON.stringify(json),
      offersTools: offersTools(json),
    }));
    // What agents ask beside the conversation (titles, say) is told nothing.
    for (const part of [words, skill]) {
      expect(asked.filter(({ offersTools }) => offersTools).map(({ text }) => howOften(text, part))).toContain(1);
      for (const { text } of asked) expect(howOften(text, part)).toBeLessThanOrEqual(1);
    }
    expect(asked.filter(({ text }) => text.includes(closed))).toEqual([]);
    expect(asked.filter(({ text }) => text.includes('- packages/web/AGENTS.md'))).not.toEqual([]);
    expect(log.find(({ type }) => type === 'instructions_given')).toMatchObject({
      paths: ['AGENTS.md', '.agents/skills/release/SKILL.md', 'packages/web/AGENTS.md'],
    });
  },
);
