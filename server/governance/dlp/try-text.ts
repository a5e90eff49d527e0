import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { authorizeInstallation, authorizeTeam } from '../../auth/authorize.ts';
import type { Context } from '../../context.ts';
import { withReplaced } from '../../core/dlp/mask-place.ts';
import { settleValues } from '../../core/dlp/settle-values.ts';
import { createVault } from '../../core/dlp/vault.ts';
import { dlpRules, installationRules } from './rules.ts';

export const tryTextInput = z.object({ teamId: z.string().nullable(), text: z.string().max(200_000) });

/** What was found in a text that somebody tries; `masked` is what a model would get. */
export type TriedText = {
  findings: { detector: string; class: string; start: number; end: number }[];
  masked: string;
  /** The rule that would keep a file with this path out, when the text is a path. */
  keptOutBy: string | undefined;
};

/** Shows what would be found in a text. Nothing of it is stored: its masks are of a scope that ends with the answer. */
export async function tryText(ctx: Context, given: z.input<typeof tryTextInput>): Promise<TriedText> {
  const { teamId, text } = tryTextInput.parse(given);
  if (teamId === null) await authorizeInstallation(ctx);
  else await authorizeTeam(ctx, teamId, 'dlp.manage');
  const { scan, excluding } = teamId === null ? await installationRules() : await dlpRules(teamId);
  const once = randomBytes(32);
  const vault = createVault((value, turn) => createHash('sha512').update(once).update(`${turn} ${value}`).digest());
  const findings = scan(text);
  const { places } = settleValues([{ text, isJson: false, findings }], { vault, masks: () => true });
  return {
    findings: (places[0] ?? []).map(({ start, end, by }) => ({ detector: by.detector, class: by.class, start, end })),
    masked: withReplaced(text, places[0] ?? [], ({ by }) => by.placeholder),
    keptOutBy: text.length < 1_000 && !text.includes('\n') ? excluding(text.trim()) : undefined,
  };
}
