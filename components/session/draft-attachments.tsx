'use client';

import { ActionIcon, Badge, Group } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { attachmentLabel, type PromptAttachment } from '@/server/core/attachment.ts';
import { attachmentIcons } from './attached.tsx';
import classes from './composer.module.css';

/** What goes with the words being written; each can be taken away. */
export function DraftAttachments({
  attachments,
  onRemove,
}: {
  attachments: readonly PromptAttachment[];
  onRemove: (attachment: PromptAttachment) => void;
}) {
  if (attachments.length === 0) return null;
  return (
    <Group gap={4} mb={6} component="ul" className={classes.attached} aria-label="Goes with the prompt">
      {attachments.map((attachment) => {
        const label = attachmentLabel(attachment);
        const Icon = attachmentIcons[attachment.kind];
        return (
          <li key={JSON.stringify(attachment)}>
            <Badge
              variant="default"
              radius="sm"
              tt="none"
              leftSection={<Icon size={12} aria-hidden />}
              rightSection={
                <ActionIcon size={14} aria-label={`Take away ${label}`} onClick={() => onRemove(attachment)}>
                  <IconX size={10} />
                </ActionIcon>
              }
            >
              {label}
            </Badge>
          </li>
        );
      })}
    </Group>
  );
}
