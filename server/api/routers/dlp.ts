import {
  addDlpRule,
  dlpRuleInput,
  dlpScopeInput,
  listDlpRules,
  removeDlpRule,
  removeDlpRuleInput,
} from '../../governance/dlp/manage-rules.ts';
import { listMasks, revealMasked, revealMaskedInput } from '../../governance/dlp/reveal-masked.ts';
import { tryText, tryTextInput } from '../../governance/dlp/try-text.ts';
import { procedure, router } from '../trpc.ts';

export const dlpRouter = router({
  rules: procedure.input(dlpScopeInput).query(({ ctx, input }) => listDlpRules(ctx, input)),
  addRule: procedure.input(dlpRuleInput).mutation(({ ctx, input }) => addDlpRule(ctx, input)),
  removeRule: procedure.input(removeDlpRuleInput).mutation(({ ctx, input }) => removeDlpRule(ctx, input)),
  /** A mutation, so that no text stands in an address or a cache. */
  tryText: procedure.input(tryTextInput).mutation(({ ctx, input }) => tryText(ctx, input)),
  masks: procedure.input(revealMaskedInput).query(({ ctx, input }) => listMasks(ctx, input)),
  reveal: procedure.input(revealMaskedInput).mutation(({ ctx, input }) => revealMasked(ctx, input)),
});
