'use client';

import { Text } from '@mantine/core';
import { IconServer } from '@tabler/icons-react';
import Link from 'next/link';
import { Face } from '@/components/people/face.tsx';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import classes from './audit-log.module.css';
import { changedFields, placeOf } from './resource-place.ts';

type Entry = RouterOutputs['audit']['list']['items'][number];

type EntryProps = {
  entry: Entry;
  team: string;
  /** The only one that is shown, which somebody came for. */
  isAlone: boolean;
};

/** Who, what was done, to what, when; the changed fields on demand. */
export function EntryRow({ entry, team, isAlone }: EntryProps) {
  const { actor, action, resource, detail } = entry;
  const isAgent = actor.kind === 'run';
  const place = placeOf(team, entry);
  const about = `${resource.type.replaceAll('_', ' ')} ${resource.id}`;
  return (
    <li className={classes.entry}>
      <span className={classes.who}>
        <span aria-hidden>
          {actor.kind === 'system' ? (
            <span className={classes.system}>
              <IconServer size={16} stroke={1.6} />
            </span>
          ) : (
            <Face
              kind={isAgent ? 'agent' : 'person'}
              id={isAgent ? actor.name : actor.id}
              name={actor.name}
              size={20}
              tooltip={false}
            />
          )}
        </span>
        <span className={classes.name} title={actor.name}>
          {actor.name}
        </span>
      </span>
      <span className={`${classes.action} ens-mono`} title={action}>
        {action}
      </span>
      <span className={`${classes.resource} ens-mono`} title={about}>
        {place === undefined ? about : <Link href={place}>{about}</Link>}
      </span>
      <Text size="xs" c="dimmed" component="span" className={classes.at}>
        <TimeAgo at={entry.at} />
      </Text>
      {Object.keys(detail).length > 0 && <Detail detail={detail} isOpen={isAlone} />}
    </li>
  );
}

function Detail({ detail, isOpen }: { detail: Entry['detail']; isOpen: boolean }) {
  const { fields, rest } = changedFields(detail);
  return (
    <details className={classes.detail} open={isOpen}>
      <summary>Details</summary>
      {fields.length > 0 && (
        <table className={`${classes.fields} ens-mono`}>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {fields.map(({ name, before, after }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{before === '' ? '–' : before}</td>
                <td>{after === '' ? '–' : after}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {Object.keys(rest).length > 0 && (
        <pre tabIndex={0} className="ens-mono">
          {JSON.stringify(rest, undefined, 2)}
        </pre>
      )}
    </details>
  );
}
