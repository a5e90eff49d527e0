'use client';

import { Menu, UnstyledButton, VisuallyHidden, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconLogout, IconMoon, IconSun, IconUser } from '@tabler/icons-react';
import Link from 'next/link';
import { signOutTo } from '@/components/auth/sign-out.ts';
import { Face } from '@/components/people/face.tsx';
import type { FramePerson, FrameTeam } from './app-frame.tsx';

export function AccountMenu({ person, team }: { person: FramePerson; team: FrameTeam }) {
  const { setColorScheme } = useMantineColorScheme();
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <UnstyledButton>
          <span aria-hidden>
            <Face kind="person" id={person.id} name={person.name} tooltip={false} />
          </span>
          <VisuallyHidden>Account of {person.name}</VisuallyHidden>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {person.name} · {person.email}
        </Menu.Label>
        <Menu.Item component={Link} href={`/${team.slug}/settings/account`} leftSection={<IconUser size={16} />}>
          Account
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>Theme</Menu.Label>
        <Menu.Item leftSection={<IconSun size={16} />} onClick={() => setColorScheme('light')}>
          Light
        </Menu.Item>
        <Menu.Item leftSection={<IconMoon size={16} />} onClick={() => setColorScheme('dark')}>
          Dark
        </Menu.Item>
        <Menu.Item leftSection={<IconDeviceDesktop size={16} />} onClick={() => setColorScheme('auto')}>
          As the system
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOutTo('/sign-in')}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
