'use client';

import { Badge, Group } from '@mantine/core';
import {
  IconAlertTriangle,
  IconFile,
  IconFileDiff,
  IconFunction,
  IconHistory,
  IconPhoto,
  IconTextCaption,
} from '@tabler/icons-react';
import type { AttachmentView } from '@/server/core/attachment.ts';
import classes from './composer.module.css';
import { useSession } from './session-context.tsx';

export const attachmentIcons = {
  file: IconFile,
  symbol: IconFunction,
  range: IconTextCaption,
  diagnostic: IconAlertTriangle,
  run: IconHistory,
  suggestion: IconFileDiff,
  image: IconPhoto,
};

/** What went with a prompt; places in the code open. */
export function Attached({ views }: { views: readonly AttachmentView[] }) {
  if (views.length === 0) return null;
  return (
    <Group gap={4} mt={6} component="ul" className={classes.attached} aria-label="With the prompt">
      {views.map((view) => (
        <li key={`${view.kind} ${view.label} ${view.id ?? ''}`}>
          <One view={view} />
        </li>
      ))}
    </Group>
  );
}

function One({ view }: { view: AttachmentView }) {
  const { openFile, workbench } = useSession();
  const Icon = attachmentIcons[view.kind];
  const open = () => {
    if (view.kind === 'suggestion' && view.id !== undefined)
      workbench.show({ kind: 'suggestion', suggestionId: view.id, title: 'Suggestion' });
    else if (view.path !== undefined) void openFile(view.path);
  };
  const leads = view.path !== undefined || view.kind === 'suggestion';
  const look = { variant: 'default', radius: 'sm', leftSection: <Icon size={12} aria-hidden />, tt: 'none' } as const;
  if (!leads) return <Badge {...look}>{view.label}</Badge>;
  return (
    <Badge {...look} component="button" type="button" className={classes.leads} onClick={open}>
      {view.label}
    </Badge>
  );
}
