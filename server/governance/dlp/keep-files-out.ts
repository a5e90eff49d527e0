import { withReplaced } from '../../core/dlp/mask-place.ts';
import { filesInText, keptOut, pathsInArguments } from '../../core/dlp/read-paths.ts';
import type { InspectedText } from './inspect.ts';
import type { DlpRules } from './rules.ts';

/** A text as it may be looked at further. */
export type LookedText = { place: InspectedText; text: string; isJson: boolean; role: string };

/**
 * Takes files out whose paths the rules exclude: results of tools that were asked for them, and files that clients put between
 * marks. What stays says which rule took it out.
 */
export function keepFilesOut(places: readonly InspectedText[], { excluding, excludesPaths }: DlpRules) {
  const rules: string[] = [];
  if (!excludesPaths) return { texts: places.map((place) => textOf(place)), rules };
  const byCall = new Map<string, string>();
  const texts = places.map((place) => {
    if (place.role === 'tool_arguments' && place.callId !== undefined) {
      const rule = pathsInArguments(place.text).map(excluding).find(isRule);
      if (rule !== undefined) byCall.set(place.callId, rule);
      return textOf(place);
    }
    const whole = place.role === 'tool_result' && place.callId !== undefined ? byCall.get(place.callId) : undefined;
    const text = whole === undefined ? withoutFiles(place, excluding, rules) : inPlaceOf(place, whole);
    if (whole !== undefined) rules.push(whole);
    if (text !== place.text) place.replace(text);
    return { ...textOf(place), text };
  });
  return { texts, rules };
}

/** What is JSON stays it. */
const inPlaceOf = ({ isJson }: InspectedText, rule: string) =>
  isJson ? JSON.stringify({ output: keptOut(rule) }) : keptOut(rule);

const textOf = (place: InspectedText): LookedText => ({
  place,
  text: place.text,
  isJson: place.isJson,
  role: place.role,
});

const isRule = (rule: string | undefined): rule is string => rule !== undefined;

function withoutFiles({ text, isJson }: InspectedText, excluding: DlpRules['excluding'], rules: string[]): string {
  if (isJson) return text;
  const out = filesInText(text).flatMap((file) => {
    const rule = excluding(file.path);
    return rule === undefined ? [] : [{ ...file, rule }];
  });
  rules.push(...out.map(({ rule }) => rule));
  return withReplaced(text, out, ({ rule }) => `\n${keptOut(rule)}\n`);
}
