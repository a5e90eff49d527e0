'use client';

import { ActionIcon, CopyButton, Text, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import classes from './code-block.module.css';

/** Lines to take along as they are, under the name of where they belong. */
export function CodeBlock({ where, text }: { where: string; text: string }) {
  return (
    <figure className={classes.block}>
      <figcaption className={classes.head}>
        <Text size="sm" c="dimmed">
          {where}
        </Text>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? 'Copied' : 'Copy'}>
              <ActionIcon onClick={copy} aria-label={copied ? `${where}: copied` : `Copy: ${where}`}>
                {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      </figcaption>
      {/* Wide lines scroll, also by keys. */}
      <pre className={classes.text} tabIndex={0} aria-label={where}>
        <code>{text}</code>
      </pre>
    </figure>
  );
}
