import { describe, expect, test } from 'vitest';
import { patternText } from './house-rule.ts';
import { ImportError, importRules, type ImportSource } from './import-rules.ts';

const read = (source: ImportSource, text: string) => {
  const { rules, left } = importRules(source, text);
  return {
    rules: rules.map(({ effect, pattern }) => `${effect} ${patternText(pattern)}`),
    left: left.map(({ written }) => written),
  };
};

describe('[GU204] rules of other tools', () => {
  test('of Claude Code', () => {
    const settings = `{
      // for the team
      "permissions": {
        "allow": ["Bash(npm run test:*)", "Bash(git diff *)", "Bash(make)", "Bash", "Read(~/.zshrc)", "WebFetch(domain:a.org)"],
        "ask": ["Bash(git push:*)",],
        "deny": ["Edit(./.env)", "Write(/secrets/**)", "Bash(curl * | sh)"],
      },
    }`;
    expect(read('claude', settings)).toEqual({
      rules: [
        'deny changes of .env',
        'deny changes of secrets/**',
        'ask git push …',
        'allow npm run test …',
        'allow git diff …',
        'allow make',
      ],
      left: ['Bash(curl * | sh)', 'Bash', 'Read(~/.zshrc)', 'WebFetch(domain:a.org)'],
    });
  });

  test('of Codex', () => {
    const rules = `
      # a comment
      prefix_rule(pattern = ["git", "push"], decision = "prompt", justification = "Look (twice)")
      prefix_rule(
        pattern=["gh", ["pr", "issue"], 'view'],
      )
      prefix_rule(pattern=["rm"], decision="forbidden")
      prefix_rule(pattern=words, decision="allow")
      prefix_rule(pattern=["a"], decision="maybe")`;
    expect(read('codex', rules)).toEqual({
      rules: ['ask git push …', 'allow gh (pr|issue) view …', 'deny rm …'],
      left: ['prefix_rule(pattern=words, decision="allow")', 'prefix_rule(pattern=["a"], decision="maybe")'],
    });
    expect(importRules('codex', rules).rules[0]?.note).toBe('Look (twice)');
  });

  test('of VS Code', () => {
    const settings = `{
      "editor.fontSize": 13,
      "chat.tools.terminal.autoApprove": {
        "mkdir": true,
        "npm run": true,
        "del": false,
        "/^git (status|show\\\\b.*)$/": true,
        "/^RM/i": { "approve": false, "matchCommandLine": true },
        "/^(?!rm)/": true,
        "gone": null
      },
      "chat.tools.edits.autoApprove": { "**/*.md": true, "**/.env": false }
    }`;
    expect(read('vscode', settings)).toEqual({
      rules: [
        'allow mkdir …',
        'allow npm run …',
        'ask del …',
        'allow lines with /^git (status|show\\b.*)$/',
        'ask lines with /(?i)^RM/',
        'allow changes of **/*.md',
        'ask changes of **/.env',
      ],
      left: ['/^(?!rm)/'],
    });
  });

  test.each([
    ['claude', '{"permissions": 4}'],
    ['claude', 'no JSON'],
    ['codex', 'print("hello")'],
    ['vscode', '{"editor.fontSize": 13}'],
  ] as const)('%s: a text without any is refused with what was expected', (source, text) => {
    expect(() => importRules(source, text)).toThrow(ImportError);
  });
});
