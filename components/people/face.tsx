'use client';

import { Avatar, Tooltip } from '@mantine/core';
import { IconRobot } from '@tabler/icons-react';
import { createContext, useContext } from 'react';
import { withoutGuestMark } from '@/server/core/guest-access.ts';
import { participantColour } from '@/server/core/participant-colour.ts';

/** Who has another colour than their own where they are now, because somebody else there has it (CB99). */
export const FaceColours = createContext<ReadonlyMap<string, string>>(new Map());

/** People are circles, agents are rounded squares; colour is never the only signal. */
export function Face({
  kind,
  id,
  name,
  size = 24,
  tooltip = true,
}: {
  kind: 'person' | 'agent';
  id: string;
  name: string;
  size?: number;
  tooltip?: boolean;
}) {
  const colour = useContext(FaceColours).get(id) ?? participantColour(id);
  const face = (
    <Avatar
      size={size}
      radius={kind === 'person' ? size : 6}
      variant="filled"
      styles={{ placeholder: { background: colour, color: '#fff', fontSize: Math.round(size * 0.42) } }}
      alt={name}
    >
      {kind === 'agent' ? <IconRobot size={Math.round(size * 0.66)} stroke={1.8} aria-hidden /> : initials(name)}
    </Avatar>
  );
  return tooltip ? <Tooltip label={name}>{face}</Tooltip> : face;
}

function initials(name: string): string {
  const words = withoutGuestMark(name.trim()).split(/\s+/);
  const first = [...(words[0] ?? '?')][0] ?? '?';
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : '';
  return (first + last).toUpperCase();
}
