'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import classes from './section.module.css';

const pages = [
  { part: 'people', label: 'People' },
  { part: 'models', label: 'Models' },
  { part: 'agents', label: 'Agents' },
  { part: 'tools', label: 'Use with your tools' },
  { part: 'policies', label: 'Policies' },
  { part: 'guard', label: 'Guard' },
  { part: 'data-protection', label: 'Data protection' },
  { part: 'budgets', label: 'Budgets' },
  { part: 'tokens', label: 'Tokens' },
  { part: 'account', label: 'Account' },
] as const;
const installationPages = [{ part: 'git-hosts', label: 'Git hosts' }] as const;

/** On a phone the pages are more than fit beside each other. */
const bringIntoSight = (link: HTMLAnchorElement | null) =>
  link?.parentElement?.scrollTo({ left: link.offsetLeft - link.parentElement.clientWidth / 3 });

export function SettingsNav({ teamSlug, isInstallationAdmin }: { teamSlug: string; isInstallationAdmin: boolean }) {
  const pathname = usePathname();
  return (
    <nav className={classes.nav} aria-label="Settings">
      {(isInstallationAdmin ? [...pages, ...installationPages] : pages).map(({ part, label }) => {
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
    </nav>
  );
}
