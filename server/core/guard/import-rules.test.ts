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
        'deny changes of /.env',
        'deny changes of /secrets/**',
        'ask git push …',
        'allow npm run test …',
        'allow git diff …',
        'allow make',
        'allow fetching from a.org',
      ],
      left: ['Bash(curl * | sh)', 'Bash', 'Read(~/.zshrc)'],
    });
  });

  test('of Claude Code, as it writes them itself: files, addresses, tools of servers, stars within', () => {
    const settings = `{
      "permissions": {
        "defaultMode": "acceptEdits",
        "additionalDirectories": ["../docs"],
        "allow": [
          "mcp__github__create_issue", "mcp__context7", "mcp__tickets__*", "WebFetch", "WebSearch", "Skill(a)",
          "Bash(git commit -m \\"$(cat <<'EOF')", "Bash(NODE_ENV=test npm test:*)", "Bash(npm run test*)",
          "Bash(./gradlew:*)", "// a word to people", "Read(//usr/share/**)", "Edit(src/**/*.ts)"
        ],
        "deny": ["Bash(git * main)", "Bash(* --force *)", "Read(./.env.*)", "Read(**/*.pem)", "Bash(sudo:*)"]
      }
    }`;
    expect(read('claude', settings)).toEqual({
      rules: [
        'deny commands with /^git .* main$/',
        'deny commands with /^.* --force(?: .*)?$/',
        'deny reading /.env.*',
        'deny reading **/*.pem',
        'deny sudo …',
        'allow create_issue of github',
        'allow * of context7',
        'allow * of tickets',
        'allow fetching from *',
        'allow npm run test* …',
        'allow ./gradlew …',
        'allow reading //usr/share/**',
        'allow changes of src/**/*.ts',
      ],
      left: [
        'WebSearch',
        'Skill(a)',
        `Bash(git commit -m "$(cat <<'EOF')`,
        'Bash(NODE_ENV=test npm test:*)',
        '// a word to people',
        'defaultMode',
        'additionalDirectories',
      ],
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
      # Codex's own (see "rules"), with what is tried
      prefix_rule(
        pattern = ["docker", ["rm", "rmi"]], # removes
        decision = "forbidden",
        justification = 'Don"t',
        match = ["docker rm x (y)", ["docker", "rmi"]],
        not_match = ["docker ps"],
      )
      network_rule(host = "a.org", protocol = "https", decision = "allow")
      prefix_rule(pattern=words, decision="allow")
      prefix_rule(pattern=["a"], decision="maybe")`;
    expect(read('codex', rules)).toEqual({
      rules: ['ask git push …', 'allow gh (pr|issue) view …', 'deny rm …', 'deny docker (rm|rmi) …'],
      left: [
        'network_rule(host = "a.org", protocol = "https", decision = "allow")',
        'prefix_rule(pattern=words, decision="allow")',
        'prefix_rule(pattern=["a"], decision="maybe")',
      ],
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
        "/^ls/": { "approve": true, "matchCommandLine": true },
        "/^RM/i": { "approve": false, "matchCommandLine": true },
        "/^(?!rm)/": true,
        "gone": null
      },
      "chat.tools.edits.autoApprove": { "**/*.md": true, "**/.env": false },
      "chat.tools.urls.autoApprove": {
        "https://*.example.com": true,
        "https://a.org/*": { "approveRequest": true, "approveResponse": false },
        "https://b.org/docs/*": true
      },
      "github.copilot.chat.agent.terminal.denyList": { "kill": true, "ps": false }
    }`;
    expect(read('vscode', settings)).toEqual({
      rules: [
        'allow mkdir …',
        'allow npm run …',
        'ask del …',
        'allow commands with /^git (status|show\\b.*)$/',
        'allow lines with /^ls/',
        'ask lines with /(?i)^RM/',
        'ask kill …',
        'allow changes of **/*.md',
        'ask changes of **/.env',
        'allow fetching from *.example.com',
        'allow fetching from a.org',
      ],
      left: ['/^(?!rm)/', 'https://b.org/docs/*'],
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
