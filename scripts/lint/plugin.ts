import { readIsScoped } from './reads-are-scoped.ts';
import { writeIsAudited } from './write-is-audited.ts';

/** Ensemble's own lint rules. They match names, not meaning: the tests are the proof, the rules are the reminder. */
export default {
  meta: { name: 'ensemble' },
  rules: { 'write-is-audited': writeIsAudited, 'reads-are-scoped': readIsScoped },
};
