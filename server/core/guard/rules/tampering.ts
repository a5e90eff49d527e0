import { HOLE, type SimpleCommand } from '../interpreted.ts';
import { readOptions } from '../options.ts';
import type { Rule } from '../rule.ts';
import { editedInPlace, written } from './overwriting.ts';

/** Files that tell agents, and what watches them, what they may do. */
export const steeringPath =
  /(?:^|\/)(?:\.claude(?:\/.*)?|\.codex(?:\/.*)?|\.gemini(?:\/.*)?|\.cursor(?:\/(?:rules|commands|mcp\.json|hooks\.json|permissions\.json|environment\.json).*)?|\.opencode(?:\/.*)?|\.qwen(?:\/.*)?|\.ensemble(?:\/.*)?|\.mcp\.json|AGENTS\.md|CLAUDE\.md|GEMINI\.md|QWEN\.md|\.cursorrules|\.windsurfrules|\.clinerules(?:\/.*)?|\.aider\.conf\.yml|\.github\/(?:copilot-instructions\.md|(?:instructions|agents|prompts|chatmodes)\/.*)|\.vscode\/(?:settings|tasks|launch|mcp)\.json|opencode\.jsonc?|\.devcontainer(?:\/.*)?|\.continue(?:\/.*)?|\.rules|\.goosehints|\.kiro(?:\/.*)?|\.(?:roo|amazonq|junie|augment|trae|agents?)(?:\/.*)?|\.roomodes|\.zed\/(?:settings|tasks)\.json|\.idea\/runConfigurations\/.*)$/;

const removing = new Set(['rm', 'unlink', 'mv', 'shred', 'truncate', 'chmod', 'rmdir']);

function touchesSteering(command: SimpleCommand): boolean {
  const removed = removing.has(command.name) ? readOptions(command.args).operands : [];
  return [...written(command), ...(editedInPlace(command) ?? []), ...removed].some(({ text }) =>
    steeringPath.test(text.replaceAll(HOLE, '~').replace(/\/+$/, '')),
  );
}

const freeModes =
  /^--(?:dangerously-.*|yolo|full-auto|no-sandbox|disable-sandbox|skip-permissions|allow-dangerously.*|auto-approve-all|trust-all-tools|approval-mode=(?:yolo|auto.*)|permission-mode=bypassPermissions|ask-for-approval=never|sandbox=danger-full-access)$/;

const agents = [
  'claude',
  'codex',
  'gemini',
  'qwen',
  'opencode',
  'cursor-agent',
  'aider',
  'goose',
  'amp',
  'copilot',
  'droid',
  'q',
  'kiro',
  'crush',
  'auggie',
];

export const tamperingRules: readonly Rule[] = [
  {
    id: 'tampering.steering-file',
    verdict: 'ask',
    programs: 'any',
    matches: touchesSteering,
    reason: 'This changes what agents are told, or what they may do.',
    saferWay: 'Propose the change as an edit that a person accepts.',
    examples: {
      ng: [
        'echo {} > .claude/settings.json',
        'rm -rf .claude',
        'cp x .mcp.json',
        'mv AGENTS.md old.md',
        'tee CLAUDE.md',
        'echo x >> .codex/config.toml',
        'rm .cursor/hooks.json',
        "sed -i 's/deny/allow/' .claude/settings.json",
      ],
      ok: ['cat AGENTS.md', 'ls .claude', 'grep -r x .claude', 'echo AGENTS.md'],
    },
  },
  {
    id: 'tampering.free-agent',
    verdict: 'deny',
    programs: agents,
    matches: ({ args }) =>
      args.some(
        ({ text }, index) =>
          freeModes.test(text) ||
          freeModes.test(`${text}=${args[index + 1]?.text ?? ''}`) ||
          (text === '-y' && index < 2) ||
          (text === '-a' && args[index + 1]?.text === 'never') ||
          (text === '-s' && args[index + 1]?.text === 'danger-full-access'),
      ),
    reason: 'This starts an agent that asks nobody.',
    saferWay: 'Ask for a run in this session.',
    examples: {
      ng: [
        'claude --dangerously-skip-permissions -p x',
        'codex --yolo',
        'gemini -y x',
        'codex exec --sandbox danger-full-access x',
        'claude --permission-mode bypassPermissions',
      ],
      ok: ['claude --version', 'codex --help', 'aider a.py'],
    },
  },
  {
    id: 'tampering.guard',
    verdict: 'deny',
    programs: 'any',
    matches: ({ name, args, env }) => {
      if ([...env.keys()].some((key) => /^ENSEMBLE_(?:GUARD|POLICY|HOOK|SANDBOX)/.test(key))) return true;
      const words = args.map(({ text }) => text);
      if (name === 'unset' || name === 'export') return words.some((word) => word.startsWith('ENSEMBLE_'));
      return (
        name === 'ensemble' &&
        /^(?:token|user|restore|policy|agents|doctor|backup|audit)$/.test(words[0] ?? '') &&
        !/^(?:check|dry-run|list|verify)$/.test(words[1] ?? '')
      );
    },
    reason: 'This changes or goes around what watches the agent.',
    saferWay: 'Ask an administrator to change the policy.',
    examples: {
      ng: [
        'ENSEMBLE_GUARD=off npm test',
        'export ENSEMBLE_POLICY=none',
        'ensemble token create --user a@example.com',
        'ensemble user create',
      ],
      ok: ['ensemble guard check', 'ensemble --help', 'ensemble policy check a.json', 'echo ENSEMBLE_GUARD'],
    },
  },
  {
    id: 'tampering.records',
    verdict: 'deny',
    programs: ['history', 'unset', 'export', 'set', 'fc', 'shopt', 'auditctl', 'wevtutil', 'logrotate'],
    matches: ({ name, args }) => {
      const words = args.map(({ text }) => text);
      if (name === 'history') return words.some((word) => /^-[cdwr]+$/.test(word));
      if (name === 'unset') return words.some((word) => word.startsWith('HIST'));
      if (name === 'export') return words.some((word) => /^HIST(?:FILE|SIZE|FILESIZE)=(?:\/dev\/null|0|)$/.test(word));
      if (name === 'set') return words[0] === '+o' && words[1] === 'history';
      if (name === 'wevtutil') return words[0] === 'cl';
      return name === 'logrotate' && words.includes('-f');
    },
    reason: 'This removes the record of what was done.',
    saferWay: 'Leave the record as it is.',
    examples: {
      ng: ['history -c', 'export HISTFILE=/dev/null', 'export HISTSIZE=0'],
      ok: ['history', 'history 20', 'export HISTSIZE=1000', 'set -o pipefail'],
    },
  },
];
