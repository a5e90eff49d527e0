import { withReplaced } from '../../core/dlp/mask-place.ts';
import { settleValues } from '../../core/dlp/settle-values.ts';
import type { FoundClass, ModelCaller } from '../../core/model-call.ts';
import { answerFilter, type AnswerFilter } from './answer-filter.ts';
import { countFound } from './count-found.ts';
import { keepFilesOut, type LookedText } from './keep-files-out.ts';
import { dlpRules } from './rules.ts';
import { openScope, saveMaskedValues, scopeOf, type OpenScope } from './scope.ts';
import { lookAt, type SeenText } from './seen-texts.ts';

/** A text of a request, which may be replaced in place. */
export type InspectedText = {
  role: string;
  text: string;
  isJson: boolean;
  toolName?: string;
  callId?: string;
  replace(text: string): void;
};

/** What happens to each class. A class that is not in it is masked. */
export type ClassActions = ReadonlyMap<string, FoundClass['action']>;

/** What was found in a request. Nothing was changed yet but for files that are kept out. */
export type Inspection = {
  /** Classes of what was found, for policies to say what happens to each. */
  classes: readonly string[];
  /** For the record of a request that is blocked. */
  found(actions: ClassActions): FoundClass[];
  /**
   * Masks in place. When it returns, every process can restore what was masked. The filter puts values back into the answer.
   */
  mask(actions: ClassActions): Promise<{ found: FoundClass[]; filter: AnswerFilter }>;
};

type Looked = LookedText & { seen: SeenText };

/** Looks at every text of a request. A text that was seen before is known by its hash and costs no more than that. */
export async function inspectTexts(
  caller: Pick<ModelCaller, 'teamId' | 'sessionId' | 'person'>,
  places: readonly InspectedText[],
): Promise<Inspection> {
  const [rules, open] = await Promise.all([dlpRules(caller.teamId), openScope(scopeOf(caller))]);
  const { texts, rules: keptOut } = keepFilesOut(places, rules);
  const looked = texts.map((text) => ({ ...text, seen: lookAt(text, { rules, open }) }));
  const classes = new Set<string>();
  for (const { seen } of looked) {
    for (const finding of seen.findings) classes.add(finding.class);
    for (const known of seen.known) classes.add(known);
  }
  return {
    classes: [...classes].toSorted(),
    found: (actions) => countFound(looked, { actions, keptOut }),
    async mask(actions) {
      settle(looked, open, actions);
      for (const {
        place,
        text,
        seen: { masked },
      } of looked)
        if (masked && masked.places.length > 0)
          place.replace(withReplaced(text, masked.places, ({ by }) => by.placeholder));
      const found = countFound(looked, { actions, keptOut });
      await saveMaskedValues(open);
      return { found, filter: answerFilter(open, rules) };
    },
  };
}

/** Finds the places to mask, from memory where nothing was learned since. A value that is new is looked for in all texts. */
function settle(looked: readonly Looked[], { vault, unsaved }: OpenScope, actions: ClassActions): void {
  const unmasked = [...actions].flatMap(([of, action]) => (action === 'mask' ? [] : [of]));
  const rule = unmasked.toSorted().join('\n');
  const masks = (kind: { class: string }) => !unmasked.includes(kind.class);
  const isOpen = ({ seen }: Looked) => !seen.isFixed && (seen.masked?.rule !== rule || seen.size !== vault.size);
  for (let open = looked.filter(isOpen); open.length > 0; open = looked.filter(isOpen)) {
    const texts = open.map(({ text, isJson, seen }) => ({ text, isJson, findings: seen.findings }));
    const { places, added } = settleValues(texts, { vault, masks });
    for (const entry of added) unsaved.set(entry.placeholder, entry);
    for (const [at, { seen }] of open.entries()) {
      const masked = places[at] ?? [];
      seen.size = vault.size;
      seen.masked = { rule, places: masked };
      seen.known = [...new Set([...seen.known, ...masked.map(({ by }) => by.class)])];
    }
  }
}
