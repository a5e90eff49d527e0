import { unreadClass, unreadParts } from '../core/dlp/unread-parts.ts';
import type { FoundClass, ModelTarget } from '../core/model-call.ts';
import { dataActions } from '../governance/data-actions.ts';
import type { AnswerFilter } from '../governance/dlp/answer-filter.ts';
import { inspectTexts } from '../governance/dlp/inspect.ts';
import { stripImages } from '../governance/dlp/strip-images.ts';
import type { Request } from './asked.ts';
import { Denied } from './denied.ts';
import type { Draft } from './draft.ts';
import { otherTexts } from './other-texts.ts';
import { allowTargets, circumstancesOf } from './route-request.ts';

/**
 * Looks for what should not leave in everything that the model would read, and does what policy says of each class. A target
 * to which a class may not go at all is left out; for the others the strictest word holds, so that no failure leads past a rule.
 * @returns what puts values back into the answer
 * @throws Denied when no target is left
 */
export async function guardTexts(request: Request, draft: Draft): Promise<AnswerFilter> {
  const { caller, body, facts, texts } = request;
  const others = otherTexts(body, texts);
  if (facts.hasImages || others.hasBytes) stripImages(body);
  const inspection = await inspectTexts(caller, [...texts, ...others.texts]);
  const unread = unreadParts(body);
  const found = (actions: Map<string, Action>, inTexts = inspection.found(actions)) => [
    ...inTexts,
    ...countUnread(unread, actions.get(unreadClass)),
  ];
  const classes = unread.length === 0 ? inspection.classes : [...inspection.classes, unreadClass];
  draft.findings = found(new Map());
  // Now that it is known what was found, rules about that have their say.
  if (classes.length > 0) await allowTargets(request, draft, classes);
  const circumstances = circumstancesOf(draft);
  const words = await Promise.all(
    draft.targets.map(async (target) => ({
      target,
      actions: await dataActions({ caller, model: { alias: draft.alias, target }, circumstances }, classes),
    })),
  );
  const allowed = words.filter(({ actions }) => [...actions.values()].every(({ action }) => action !== 'block'));
  const [first] = words;
  if (first && allowed.length === 0) {
    draft.findings = found(strictest([first]));
    throw blocked(first.actions, draft.alias);
  }
  draft.targets = allowed.map(({ target }) => target);
  const actions = strictest(allowed);
  const masked = await inspection.mask(actions);
  draft.findings = found(actions, masked.found);
  return masked.filter;
}

/** What cannot be read cannot be masked either: it goes, or it does not. */
function countUnread(types: readonly string[], said: Action | undefined): FoundClass[] {
  const action = said === undefined || said === 'mask' ? 'allow' : said;
  return [...Map.groupBy(types, (type) => type)].map(([detector, all]) => ({
    class: unreadClass,
    detector,
    count: all.length,
    action,
  }));
}

type Action = FoundClass['action'];
type Word = { target: ModelTarget; actions: Awaited<ReturnType<typeof dataActions>> };

const strictness: Record<Action, number> = { allow: 0, warn: 1, mask: 2, block: 3 };

function strictest(words: readonly Word[]): Map<string, Action> {
  const actions = new Map<string, Action>();
  for (const [dataClass, { action }] of words.flatMap((word) => [...word.actions])) {
    const known = actions.get(dataClass);
    if (known === undefined || strictness[action] > strictness[known]) actions.set(dataClass, action);
  }
  return actions;
}

function blocked(actions: Word['actions'], model: string): Denied {
  const classes = [...actions].filter(([, { action }]) => action === 'block');
  const named = classes.map(([dataClass, { rules }]) =>
    rules.length === 0 ? dataClass : `${dataClass} (${rules.map(({ id, title }) => `“${title}”, ${id}`).join('; ')})`,
  );
  return new Denied(
    'content',
    `The call to ${model} has data in it that may not go there: ${named.join('; ')}. Remove it, or choose a model that it may go to.`,
  );
}
