import { SegmentedControl } from '@mantine/core';

export type RuleScope = 'team' | 'installation';

/** Whose rules are looked at: rules of the installation hold in every team. */
export function ScopeChoice({ value, onChange }: { value: RuleScope; onChange: (scope: RuleScope) => void }) {
  return (
    <SegmentedControl
      aria-label="Whose rules"
      value={value}
      onChange={(chosen) => onChange(chosen === 'team' ? 'team' : 'installation')}
      data={[
        { value: 'team', label: 'This team' },
        { value: 'installation', label: 'The whole installation' },
      ]}
      w="fit-content"
    />
  );
}
