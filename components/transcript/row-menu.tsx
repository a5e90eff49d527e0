'use client';

import { ActionIcon, Menu } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconArrowBackUp, IconArrowFork, IconCopy, IconDots, IconLink, IconMessages } from '@tabler/icons-react';
import { useGoingOn } from '@/components/session/use-going-on.ts';
import { itemText } from '@/server/core/item-text.ts';
import { momentAddress } from './moment.ts';
import { itemsOf, type Row } from './rows.ts';
import { useScreen } from './screen-context.tsx';
import classes from './transcript.module.css';

/** What can be done with a row: take its words, those of its whole turn, or the address of its moment. */
export function RowMenu({ row }: { row: Row }) {
  const screen = useScreen();
  const clipboard = useClipboard();
  const items = itemsOf(row);
  const [first] = items;
  const runId = first && 'runId' in first ? first.runId : undefined;
  const goingOn = useGoingOn(runId);
  if (!first) return null;
  const copy = (text: string, what: string) => {
    clipboard.copy(text);
    notifications.show({ message: `${what} copied.`, autoClose: 2_000 });
  };
  const turn = () =>
    screen
      .getSnapshot()
      .transcript.items.filter((item) => 'runId' in item && item.runId === runId)
      .map(itemText)
      .filter((text) => text !== '')
      .join('\n\n');
  return (
    <Menu position="bottom-end" width={210} withinPortal>
      <Menu.Target>
        <ActionIcon size={24} variant="default" className={classes.more} aria-label="More for this entry">
          <IconDots size={14} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconCopy size={16} />}
          onClick={() => copy(items.map(itemText).join('\n\n'), 'The entry was')}
        >
          Copy
        </Menu.Item>
        {runId !== undefined && (
          <Menu.Item leftSection={<IconMessages size={16} />} onClick={() => copy(turn(), 'The turn was')}>
            Copy the whole turn
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<IconLink size={16} />}
          onClick={() => copy(momentAddress(window.location.href, first.seq), 'The link was')}
        >
          Copy a link to this moment
        </Menu.Item>
        {goingOn && (
          <>
            <Menu.Item leftSection={<IconArrowFork size={16} />} onClick={goingOn.fork}>
              Fork from here
            </Menu.Item>
            <Menu.Item leftSection={<IconArrowBackUp size={16} />} onClick={goingOn.restore}>
              Go back to these files
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
