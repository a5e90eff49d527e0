'use client';

import { Button } from '@mantine/core';
import { useState } from 'react';
import { RestoreDialog } from './restore-dialog.tsx';
import { mayAsMember, useSession } from './session-context.tsx';

/** The way back from a command of the Run panel that changed the session's files: to the checkpoint before it. */
export function UndoCommand({ checkpointId, command }: { checkpointId: string; command: string }) {
  const { session } = useSession();
  const [isOpen, setOpen] = useState(false);
  if (!mayAsMember(session, 'edit')) return null;
  return (
    <>
      <Button size="compact-xs" variant="subtle" aria-label={`Undo ${command}`} onClick={() => setOpen(true)}>
        Undo
      </Button>
      {isOpen && (
        <RestoreDialog checkpointId={checkpointId} title={`before ${command}`} onClose={() => setOpen(false)} />
      )}
    </>
  );
}
