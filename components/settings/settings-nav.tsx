'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import classes from './section.module.css';

type Group = { title: string; pages: readonly { part: string; label: string }[] };

const groups: readonly Group[] = [
  {
    title: 'Team',
    pages: [
      { part: 'people', label: 'People' },
      { part: 'agents', label: 'Agents' },
    ],
  },
  {
    title: 'Models',
    pages: [
      { part: 'models', label: 'Models' },
      { part: 'budgets', label: 'Budgets' },
    ],
  },
  {
    title: 'Rules',
    pages: [
      { part: 'policies', label: 'Policies' },
      { part: 'data-protection', label: 'Data protection' },
      { part: 'guard', label: 'Guard' },
    ],
  },
  {
    title: 'You',
    pages: [
      { part: 'tools', label: 'Use with your tools' },
      { part: 'tokens', label: 'Tokens' },
      { part: 'account', label: 'Account' },
    ],
  },
];
const installation: Group = { title: 'Installation', pages: [{ part: 'git-hosts', label: 'Git hosts' }] };

/** On a phone the pages are more than fit beside each other. */
const bringIntoSight = (link: HTMLAnchorElement | null) => {
  const nav = link?.closest('nav');
  if (link && nav) nav.scrollTo({ left: link.offsetLeft - nav.clientWidth / 3 });
};

/** Beside the page on a desk, in groups; above it, in one line, where there is less room. */
export function SettingsNav({ teamSlug, isInstallationAdmin }: { teamSlug: string; isInstallationAdmin: boolean }) {
  const pathname = usePathname();
  return (
    <nav className={classes.nav} aria-label="Settings">
      {(isInstallationAdmin ? [...groups, installation] : groups).map(({ title, pages }) => (
        <div key={title} className={classes.navGroup} role="group" aria-label={title}>
          <span className={classes.navTitle} aria-hidden>
            {title}
          </span>
          {pages.map(({ part, label }) => {
            const href = `/${teamSlug}/settings/${part}`;
            return (
              <Link
                key={part}
                href={href}
                ref={pathname === href ? bringIntoSight : null}
                className={classes.navLink}
                aria-current={pathname === href ? 'page' : undefined}
              >
                {label}
              </Link>
            );
          })}
        </div>
      ))}
    </nav>
  );
}
