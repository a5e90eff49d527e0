'use client';

import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconFilter } from '@tabler/icons-react';
import { useId, type ReactNode } from 'react';
import classes from './filter-bar.module.css';

type FilterBarProps = {
  label: string;
  /** How its fields stand beside each other. */
  className: string | undefined;
  /** How many of the filters are set. */
  given: number;
  onClear: () => void;
  children: ReactNode;
};

/** What narrows a list. Folded on a phone, where it would push the list off the screen. */
export function FilterBar({ label, className, given, onClear, children }: FilterBarProps) {
  const [isOpen, { toggle }] = useDisclosure(false);
  const id = useId();
  const clear = (
    <Button variant="subtle" size="xs" onClick={onClear}>
      Show everything
    </Button>
  );
  return (
    <div>
      <div className={classes.toggle}>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconFilter size={14} aria-hidden />}
          aria-expanded={isOpen}
          aria-controls={id}
          mb={isOpen ? 8 : 0}
          onClick={toggle}
        >
          {given === 0 ? 'Filter' : `Filter (${given} set)`}
        </Button>
        {!isOpen && given > 0 && clear}
      </div>
      <div
        id={id}
        className={`${classes.fields} ${className}`}
        data-folded={isOpen ? undefined : true}
        role="search"
        aria-label={label}
      >
        {children}
        {given > 0 && clear}
      </div>
    </div>
  );
}
