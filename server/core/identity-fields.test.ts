import { describe, expect, it } from 'vitest';
import { emailField, fieldProblem, passwordField, personNameField, teamNameField } from './identity-fields.ts';

describe('fields of people and teams', () => {
  it.each([
    [' Ana@Example.COM ', 'ana@example.com'],
    ['a.b+c@sub.example.org', 'a.b+c@sub.example.org'],
  ])('[AC7] an email is kept in lower case without blanks: %j', (given, kept) => {
    expect(emailField.parse(given)).toBe(kept);
  });

  it.each([
    [emailField, 'ana', 'Write an email address, such as ana@example.com'],
    [emailField, `${'a'.repeat(250)}@example.com`, 'An email address has at most 254 characters'],
    [passwordField, 'ninechars', 'Use at least 10 characters'],
    [passwordField, 'aaaaaaaaaaaa', 'Use more than three different characters'],
    [passwordField, 'x'.repeat(201), 'Use at most 200 characters'],
    [personNameField, '  ', 'Write the name others will see'],
    [personNameField, 'a\u0000b', 'Use letters, digits, spaces and signs'],
    [teamNameField, '', 'Write a name for the team'],
  ])('[AC6] a value that cannot be used is refused in words (%#)', (field, value, words) => {
    expect(fieldProblem(field, value)).toBe(words);
  });

  it('[AC6] a good value has no problem, whatever its script', () => {
    expect(fieldProblem(personNameField, 'Søren 王')).toBeUndefined();
    expect(fieldProblem(passwordField, 'correct horse battery')).toBeUndefined();
  });
});
