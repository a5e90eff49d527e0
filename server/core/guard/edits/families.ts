import { dangerousCodeRules } from './dangerous-code.ts';
import { dataRules } from './data-removed.ts';
import type { EditRule } from './edit-rule.ts';
import { hiddenTextRules } from './hidden-text.ts';
import { placeholderRules } from './placeholders.ts';
import { placeRules } from './places.ts';
import { projectFileRules } from './project-files.ts';
import { protectionRules } from './protection-removed.ts';
import { testRunRules } from './test-runs.ts';
import { testRules } from './tests-weakened.ts';

/** Every rule of the guard for changes of files, family by family. */
export const editRules: readonly EditRule[] = [
  ...placeRules,
  ...placeholderRules,
  ...hiddenTextRules,
  ...dataRules,
  ...projectFileRules,
  ...testRules,
  ...testRunRules,
  ...protectionRules,
  ...dangerousCodeRules,
];
