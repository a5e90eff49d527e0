import { useEffect } from 'react';
import { offerCommands } from '@/components/frame/commands.tsx';
import { useSession } from './session-context.tsx';
import { useGoTo, useWhereabouts } from './use-whereabouts.ts';

/** The palette's way to people and agents. Where they are is looked up when the command is given. */
export function usePeopleCommands(): void {
  const { workbench } = useSession();
  const goTo = useGoTo();
  const who = useWhereabouts(({ all }) =>
    JSON.stringify(all.filter(({ isMe }) => !isMe).map(({ key, name }) => [key, name])),
  );
  useEffect(
    () =>
      offerCommands(
        (JSON.parse(who) as [string, string][]).flatMap(([key, name]) => [
          {
            id: `session-jump-${key}`,
            label: `Jump to ${name}`,
            description: 'Shows the line they are in',
            run: () => goTo(key),
          },
          {
            id: `session-follow-${key}`,
            label: `Follow ${name}`,
            description: 'Goes where they go, until any key is pressed',
            run: () => workbench.set({ following: key, phone: 'code' }),
          },
        ]),
      ),
    [workbench, goTo, who],
  );
}
