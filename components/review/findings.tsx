'use client';

import { Text } from '@mantine/core';
import { IconShieldExclamation } from '@tabler/icons-react';
import classes from './suggestion-view.module.css';
import type { Suggestion } from './use-open-suggestions.ts';

type FileView = Suggestion['files'][number];
type Finding = FileView['findings'][number];

/** What the guard says of a change, beside the lines it is about. */
export function Findings({ findings }: { findings: readonly Finding[] }) {
  return findings.map(({ rule, verdict, reason, saferWay }) => (
    <div key={rule} className={classes.finding} data-verdict={verdict} role="note" aria-label={`The guard: ${reason}`}>
      <IconShieldExclamation size={14} aria-hidden />
      <div>
        <Text size="xs">
          {reason} {verdict === 'deny' && 'It is not accepted with the rest, only by itself.'}
        </Text>
        {saferWay !== null && (
          <Text size="xs" c="dimmed">
            {saferWay}
          </Text>
        )}
        <Text size="xs" c="dimmed" className="ens-mono">
          {rule}
        </Text>
      </div>
    </div>
  ));
}

/** How much was found in a file whose hunks are folded away. */
export function FindingCount({ file }: { file: FileView }) {
  const count = file.findings.length + file.hunks.reduce((sum, hunk) => sum + hunk.findings.length, 0);
  if (count === 0) return null;
  return (
    <span className={classes.changed}>
      <IconShieldExclamation size={13} aria-hidden /> {count} {count === 1 ? 'finding' : 'findings'}
    </span>
  );
}
