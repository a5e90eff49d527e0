import { describe, expect, test } from 'vitest';
import { loadBash } from '#server/platform/parsers/bash';
import { classifyCommand } from '../classify.ts';
import { rules } from './families.ts';

const parse = await loadBash();
const judge = (line: string) => classifyCommand(parse(line), {});

describe('each rule', () => {
  const ng = rules.flatMap(({ id, examples }) => examples.ng.map((line) => [id, line] as const));
  const ok = rules.flatMap(({ id, examples }) => examples.ok.map((line) => [id, line] as const));

  test.each(ng)('[GU100] %s stops: %s', (id, line) => {
    const { verdict, rules: led } = judge(line);
    expect(verdict).not.toBe('allow');
    expect(led).toContain(id);
  });

  test.each(ok)('[GU100] %s leaves alone: %s', (id, line) => expect(judge(line).rules).not.toContain(id));

  test('[GU100] has an id of its own, a reason and a safer way', () => {
    const ids = rules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, reason, saferWay } of rules) {
      expect(id).toMatch(/^[a-z]+\.[a-z-]+$/);
      expect(reason).toMatch(/^[A-Z].*\.$/);
      expect(saferWay ?? '.').toMatch(/\.$/);
    }
  });
});
