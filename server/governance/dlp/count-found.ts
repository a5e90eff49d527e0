import type { FoundClass } from '../../core/model-call.ts';
import type { ClassActions } from './inspect.ts';
import type { SeenText } from './seen-texts.ts';

/** What is recorded of what was found: kinds, numbers and what happened to them, and nothing of the values. */
export function countFound(
  seen: readonly SeenText[],
  { actions, keptOut }: { actions: ClassActions; keptOut: readonly string[] },
): FoundClass[] {
  const counts = new Map<string, FoundClass>();
  const count = (of: { class: string; detector: string }, action: FoundClass['action']) => {
    const key = `${of.class}\n${of.detector}`;
    const known = counts.get(key) ?? { class: of.class, detector: of.detector, count: 0, action };
    counts.set(key, { ...known, count: known.count + 1 });
  };
  for (const { findings, masked } of seen) {
    for (const finding of findings) {
      const action = actions.get(finding.class) ?? 'mask';
      if (action !== 'mask' || masked === undefined) count(finding, action);
    }
    for (const { by } of masked?.places ?? []) count(by, 'mask');
  }
  for (const rule of keptOut) count({ class: 'excluded', detector: rule }, 'block');
  return [...counts.values()];
}
