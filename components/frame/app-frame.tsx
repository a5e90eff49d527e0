'use client';

import { AppShell, Box, Group, Tooltip, UnstyledButton, Text, Kbd, VisuallyHidden } from '@mantine/core';
import { Spotlight, spotlight } from '@mantine/spotlight';
import { IconChartBar, IconHome, IconLayoutGrid, IconListDetails, IconSearch, IconSettings } from '@tabler/icons-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useMemo, type ReactNode } from 'react';
import { BudgetNotice } from '@/components/budgets/notices.tsx';
import { AccountMenu } from './account-menu.tsx';
import classes from './app-frame.module.css';
import { useCommands } from './commands.tsx';
import { KeyboardHelp } from './keyboard-help.tsx';
import { OfflineNotice } from './offline-notice.tsx';
import { TeamMenu } from './team-menu.tsx';

export type FramePerson = { id: string; name: string; email: string; isInstallationAdmin: boolean };
export type FrameTeam = { id: string; slug: string; name: string; role: string };

type Place = { href: string; label: string; icon: typeof IconHome; exact?: boolean };

function placesOf(team: FrameTeam): Place[] {
  const places: Place[] = [
    { href: `/${team.slug}`, label: 'Home', icon: IconHome, exact: true },
    { href: `/${team.slug}/projects`, label: 'Projects', icon: IconLayoutGrid },
  ];
  if (team.role === 'lead' || team.role === 'admin')
    places.push({ href: `/${team.slug}/audit`, label: 'Audit', icon: IconListDetails });
  places.push({ href: `/${team.slug}/usage`, label: 'Usage', icon: IconChartBar });
  places.push({ href: `/${team.slug}/settings`, label: 'Settings', icon: IconSettings });
  return places;
}

export function AppFrame({
  person,
  team,
  teams,
  children,
}: {
  person: FramePerson;
  team: FrameTeam;
  teams: FrameTeam[];
  children: ReactNode;
}) {
  const pathname = usePathname();
  const inSession = /^\/[^/]+\/sessions\/[^/]+/.test(pathname);
  const places = useMemo(() => placesOf(team), [team]);
  const actions = useCommands(team, places);
  return (
    <AppShell
      header={{ height: 44 }}
      navbar={{ width: inSession ? 48 : 176, breakpoint: 'sm', collapsed: { mobile: true } }}
      padding={0}
      transitionDuration={0}
    >
      <a className="ens-skip-link" href="#main">
        Skip to the page
      </a>
      <AppShell.Header className={classes.header}>
        <TeamMenu team={team} teams={teams} />
        <UnstyledButton className={classes.search} onClick={() => spotlight.open()}>
          <IconSearch size={14} aria-hidden />
          <Text size="sm" c="dimmed" visibleFrom="sm">
            Search or do anything
          </Text>
          <Kbd size="xs" visibleFrom="sm">
            Ctrl K
          </Kbd>
          <VisuallyHidden hiddenFrom="sm">Search or do anything</VisuallyHidden>
        </UnstyledButton>
        <AccountMenu person={person} team={team} />
      </AppShell.Header>
      <AppShell.Navbar className={classes.rail} aria-label="Main">
        <Rail places={places} pathname={pathname} folded={inSession} />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} className={inSession ? classes.room : classes.main}>
        {!inSession && <OfflineNotice />}
        {!inSession && <BudgetNotice team={team.slug} />}
        {children}
      </AppShell.Main>
      {!inSession && <BottomBar places={places} pathname={pathname} />}
      <Spotlight
        actions={actions}
        shortcut={['mod + K']}
        nothingFound="Nothing fits. Try another word."
        highlightQuery
        scrollable
        maxHeight={420}
        searchProps={{
          leftSection: <IconSearch size={16} />,
          placeholder: 'Search or do anything',
          'aria-label': 'Search or do anything',
        }}
      />
      <KeyboardHelp />
    </AppShell>
  );
}

const isHere = (place: Place, pathname: string) =>
  place.exact ? pathname === place.href : pathname === place.href || pathname.startsWith(`${place.href}/`);

function Rail({ places, pathname, folded }: { places: Place[]; pathname: string; folded: boolean }) {
  return (
    <Box component="ul" className={classes.places}>
      {places.map((place) => (
        <li key={place.href}>
          <Tooltip label={place.label} position="right" disabled={!folded}>
            <Link
              href={place.href}
              className={classes.place}
              aria-current={isHere(place, pathname) ? 'page' : undefined}
              data-folded={folded || undefined}
            >
              <place.icon size={18} stroke={1.6} aria-hidden />
              {folded ? <VisuallyHidden>{place.label}</VisuallyHidden> : <span>{place.label}</span>}
            </Link>
          </Tooltip>
        </li>
      ))}
    </Box>
  );
}

function BottomBar({ places, pathname }: { places: Place[]; pathname: string }) {
  return (
    <Group component="nav" hiddenFrom="sm" className={classes.bottom} gap={0} grow aria-label="Pages">
      {places.map((place) => (
        <Link
          key={place.href}
          href={place.href}
          className={classes.bottomPlace}
          aria-current={isHere(place, pathname) ? 'page' : undefined}
        >
          <place.icon size={18} stroke={1.6} aria-hidden />
          {place.label}
        </Link>
      ))}
    </Group>
  );
}
