import { describe, expect, it } from 'vitest';
import { limitRights, mayInTeam, rightsOfRole, roleAtLeast, teamRoles, type TeamAction } from './permissions.ts';

describe('what a role may do', () => {
  it.each([
    ['viewer', ['view', 'comment']],
    ['developer', ['view', 'comment', 'prompt', 'edit']],
    ['lead', ['view', 'comment', 'prompt', 'edit', 'approve']],
    ['admin', ['view', 'comment', 'prompt', 'edit', 'approve']],
  ] as const)('[AC24] a %s has in every session of the team: %s', (role, rights) => {
    expect(rightsOfRole(role)).toEqual(rights);
  });

  const lowest: [TeamAction, string][] = [
    ['team.read', 'viewer'],
    ['member.list', 'viewer'],
    ['project.read', 'viewer'],
    ['session.read', 'viewer'],
    ['project.create', 'developer'],
    ['session.create', 'developer'],
    ['project.update', 'lead'],
    ['session.delete', 'lead'],
    ['audit.read', 'lead'],
    ['project.delete', 'admin'],
    ['team.update', 'admin'],
    ['member.manage', 'admin'],
    ['invitation.manage', 'admin'],
    ['policy.read', 'viewer'],
    ['policy.manage', 'admin'],
    ['project.declassify', 'admin'],
  ];

  it.each(lowest)('[AC24] %s is for a %s and above', (action, role) => {
    const needed = teamRoles.findIndex((each) => each === role);
    expect(teamRoles.map((each) => mayInTeam(each, action))).toEqual(teamRoles.map((_each, rank) => rank >= needed));
  });

  it('[AC24] rights asked for are cut down to those of the role, in a fixed order', () => {
    expect(limitRights(rightsOfRole('developer'), ['approve', 'edit', 'view'])).toEqual(['view', 'edit']);
    expect(limitRights(rightsOfRole('viewer'), ['edit'])).toEqual([]);
    expect(limitRights(rightsOfRole('lead'))).toEqual(rightsOfRole('lead'));
    expect(roleAtLeast('lead', 'developer')).toBe(true);
    expect(roleAtLeast('viewer', 'developer')).toBe(false);
  });
});
