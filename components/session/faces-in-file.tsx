'use client';

import { Tooltip } from '@mantine/core';
import { Face } from '@/components/people/face.tsx';
import classes from './faces-in-file.module.css';
import { useGoTo, useWhereabouts } from './use-whereabouts.ts';
import { placeInWords } from './whereabouts.ts';

const shown = 3;

/**
 * Who else is in a file; a click goes to their line. For the mouse alone: the list of people and the palette do the
 * same, and say it.
 */
export function FacesInFile({ path }: { path: string }) {
  const goTo = useGoTo();
  const there = useWhereabouts(({ byPath }) => byPath.get(path))?.filter(({ isMe }) => !isMe);
  if (!there || there.length === 0) return null;
  return (
    <span className={classes.faces} aria-hidden>
      {there.slice(0, shown).map((each) => (
        <Tooltip key={each.key} label={`${each.name} · ${placeInWords(each)}`}>
          <button
            type="button"
            tabIndex={-1}
            className={classes.face}
            onClick={(event) => {
              event.stopPropagation();
              goTo(each.key);
            }}
          >
            <Face kind={each.kind} id={each.id} name={each.name} size={16} tooltip={false} />
          </button>
        </Tooltip>
      ))}
      {there.length > shown && <span className="ens-tabular">+{there.length - shown}</span>}
    </span>
  );
}
