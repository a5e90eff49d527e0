'use client';

import { Menu, Text, UnstyledButton } from '@mantine/core';
import { IconCheck, IconChevronDown, IconUsersGroup } from '@tabler/icons-react';
import Link from 'next/link';
import type { FrameTeam } from './app-frame.tsx';
import classes from './menus.module.css';

export function TeamMenu({ team, teams }: { team: FrameTeam; teams: FrameTeam[] }) {
  return (
    <Menu position="bottom-start" width={240}>
      <Menu.Target>
        <UnstyledButton className={classes.team} aria-label={`Team ${team.name}, change team`}>
          <IconUsersGroup size={18} stroke={1.6} aria-hidden />
          <Text fw={700} truncate maw={180}>
            {team.name}
          </Text>
          <IconChevronDown size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Your teams</Menu.Label>
        {teams.map((each) => (
          <Menu.Item
            key={each.id}
            component={Link}
            href={`/${each.slug}`}
            rightSection={each.id === team.id ? <IconCheck size={14} aria-label="current" /> : null}
          >
            {each.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
