/**
 * Kinds of risky actions, as people speak of them where they say who may allow what (docs/spec/guard.md, GU50). Each of the guard's
 * rules is of one family, found by its id (`family.what`); what no rule spoke about is of none.
 */
export const actionFamilies = [
  'deletion',
  'version-control',
  'databases',
  'cloud',
  'publishing',
  'packages',
  'secrets',
  'network',
  'pipelines',
  'programs',
  'machine',
  'tampering',
  'code',
  'house',
] as const;
export type ActionFamily = (typeof actionFamilies)[number];

/** The longest beginning of a rule's id that stands here says its family. */
const familyByStart: Readonly<Record<string, ActionFamily>> = {
  'files.': 'deletion',
  'git.': 'version-control',
  'vcs.': 'version-control',
  'databases.': 'databases',
  'edits.migration-': 'databases',
  'clusters.': 'cloud',
  'containers.': 'cloud',
  'provisioning.': 'cloud',
  'services.': 'cloud',
  'http.delete': 'cloud',
  'edits.infrastructure-opened': 'cloud',
  'packages.publish': 'publishing',
  'egress.publish': 'publishing',
  'packages.': 'packages',
  'edits.lock-file': 'packages',
  'edits.install-script': 'packages',
  'secrets.': 'secrets',
  'edits.secret': 'secrets',
  'http.metadata': 'secrets',
  'egress.': 'network',
  'http.': 'network',
  'execution.download-': 'network',
  'shell.unseen-download': 'network',
  'execution.': 'programs',
  'shell.': 'programs',
  'disks.': 'machine',
  'persistence.': 'machine',
  'processes.': 'machine',
  'resources.': 'machine',
  'rights.': 'machine',
  'windows.': 'machine',
  'windows.delete-': 'deletion',
  'windows.defence': 'tampering',
  'windows.fetch-': 'network',
  'tasks.': 'cloud',
  'tampering.': 'tampering',
  'edits.agent-settings': 'tampering',
  'edits.pipeline': 'pipelines',
  'edits.': 'code',
  gru_: 'house',
};

const starts = Object.entries(familyByStart).toSorted(([a], [b]) => b.length - a.length);

/** The family of a rule of the guard or of the house; undefined for what is neither (a mode's word, a policy's). */
export function familyOf(ruleId: string): ActionFamily | undefined {
  return starts.find(([start]) => ruleId.startsWith(start))?.[1];
}
