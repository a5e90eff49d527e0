'use client';

import { Text, UnstyledButton } from '@mantine/core';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import classes from './policies.module.css';

export type PolicyProblem = RouterOutputs['policies']['check']['problems'][number];

/** What is wrong with a text, a line each; a click goes there. */
export function PolicyProblems({
  problems,
  onShow,
}: {
  problems: readonly PolicyProblem[];
  onShow: (line: number) => void;
}) {
  if (problems.length === 0) return null;
  return (
    <ul className={classes.problems} aria-label="Problems" aria-live="polite">
      {problems.map((problem) => (
        <li key={`${problem.from.line}:${problem.from.column} ${problem.message}`}>
          <UnstyledButton className={classes.problem} onClick={() => onShow(problem.from.line)}>
            <span className={classes.place}>
              {problem.from.line}:{problem.from.column}
            </span>
            <Text span {...(problem.severity === 'error' && { c: 'var(--mantine-color-error)' })}>
              {problem.severity === 'warning' && 'Note: '}
              {problem.message} {problem.help}
            </Text>
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
}
