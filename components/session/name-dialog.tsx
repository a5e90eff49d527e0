'use client';

import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';

type NameDialogProps = {
  title: string;
  label: string;
  description: string;
  initial: string;
  action: string;
  onSubmit: (value: string) => Promise<void>;
  onClose: () => void;
};

/** Asks for one name; a refusal stands beside the field and the text stays. */
export function NameDialog({ title, label, description, initial, action, onSubmit, onClose }: NameDialogProps) {
  const [value, setValue] = useState(initial);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await onSubmit(value.trim());
      onClose();
    } catch (refusal) {
      setError(refusal instanceof Error ? refusal.message : 'This did not work. Try again.');
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={title}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          <TextInput
            data-autofocus
            label={label}
            description={description}
            value={value}
            error={error}
            onChange={(event) => setValue(event.currentTarget.value)}
            autoComplete="off"
            spellCheck={false}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={busy} disabled={value.trim() === ''}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
