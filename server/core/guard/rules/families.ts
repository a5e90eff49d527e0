import type { Rule } from '../rule.ts';

/** Every rule there is. Those of a family stand in its own file. */
export const rules: readonly Rule[] = [];
