import { describe, expect, it } from 'vitest';
import { checkPolicies, isPublishable } from './check-policies.ts';

const good = '@id("a") @title("A")\npermit (principal, action, resource);\n';

describe('[PO1] checking policies', () => {
  it.each([
    ['a word that is none', `${good}@id("b") @title("B")\npermit (principal, acton, resource);`, '4:20', 'acton'],
    [
      'an attribute that is none',
      `${good}// ü 𝒳\n@id("b") @title("ü 𝒳")\npermit (principal, action == Action::"useModel", resource) when { resource.plce == "x" };`,
      '5:67',
      'plce',
    ],
    [
      'a type that is none',
      `${good}@id("b") @title("B")\npermit (principal in Group::"g", action, resource);`,
      '4:22',
      'Group',
    ],
    [
      'an action that is none',
      `@id("b") @title("B")\npermit (principal, action == Action::"useModl", resource);`,
      '2:30',
      'useModl',
    ],
    [
      'a value of the wrong type',
      `@id("b") @title("B")\npermit (principal, action == Action::"useModel", resource)\nwhen { context.hour == "8" };`,
      '3:8',
      'not compatible',
    ],
    ['a policy without an id', `${good}\n@title("B") forbid (principal, action, resource);`, '4:1', 'needs an id'],
    ['an id in capitals', `${good}\n@id("B") @title("B") forbid (principal, action, resource);`, '4:1', 'needs an id'],
    ['a policy without a title', `${good}@id("b") forbid (principal, action, resource);`, '3:1', 'needs a title'],
    ['an id that is taken', `${good}${good}`, '3:1', 'is taken'],
    ['a template', `${good}@id("b") @title("B") permit (principal == ?principal, action, resource);`, '3:', ''],
    ['an end that is missing', `${good}@id("b") @title("B") permit (principal, action, resource)`, '3:', ''],
    ['words behind the last policy', `${good}and more`, '3:', ''],
  ])('finds %s, and where', (_what, text, place, message) => {
    const checked = checkPolicies(text);
    const [problem] = checked.problems.filter(({ severity }) => severity === 'error');
    expect(isPublishable(checked)).toBe(false);
    expect(`${problem?.from.line}:${problem?.from.column}`).toContain(place);
    expect(problem?.message).toContain(message);
  });

  it('says what is publishable and still no good', () => {
    const impossible = `${good}@id("b") @title("B")\nforbid (principal, action == Action::"useModel", resource) when { resource is Path };`;
    expect(checkPolicies(impossible).problems).toMatchObject([{ severity: 'warning', from: { line: 3 } }]);
    const silent = checkPolicies('@id("a") @title("A") forbid (principal, action, resource);');
    expect(silent.problems).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('everything is denied') as string },
    ]);
    expect(isPublishable(silent)).toBe(true);
  });

  it('reads policies with semicolons in strings and comments', () => {
    const { policies, problems } = checkPolicies(
      '// none; here\n@id("a") @title("one; \\"two\\"; // three") permit (principal, action, resource) /* no */;',
    );
    expect(policies).toEqual([]);
    expect(problems.length).toBeGreaterThan(0);
    const read = checkPolicies(
      '// none; here\n@id("a") @title("one; \\"two\\"; // three") // x; y\npermit (principal, action, resource);',
    );
    expect(read.policies).toMatchObject([{ id: 'a', title: 'one; "two"; // three', start: 14 }]);
  });

  it('refuses more than it reads', () => {
    expect(isPublishable(checkPolicies(' '.repeat(200_001)))).toBe(false);
    expect(isPublishable(checkPolicies(good.repeat(501)))).toBe(false);
  });
});
