import { classifyEdit } from '../core/guard/classify-edit.ts';
import type { Verdict } from '../core/guard/verdict.ts';
import { computeHunks, type Hunk } from '../core/suggestion.ts';
import { applyHunks } from '../core/text-merge.ts';
import { loadCode } from '../platform/parsers/code.ts';
import type { SuggestionFile } from './suggestion-files.ts';

/** What the guard says of a change that waits for people. */
export type Finding = { rule: string; verdict: 'ask' | 'deny'; reason: string; saferWay: string | null };

/** `hunks`: by hunk; `whole`: what only the change of the file as a whole shows. */
export type FileFindings = { whole: Finding[]; hunks: ReadonlyMap<string, Finding[]> };

/** Of a file with more hunks the change as a whole is looked at, and not each of them. */
const mostHunks = 40;

/**
 * What the guard finds in a file of a suggestion, beside the hunks it concerns: what a hunk shows by itself is the hunk's, the rest
 * is the file's. Computed from the two commits, the same way every time.
 */
export async function findingsOf(file: SuggestionFile): Promise<FileFindings> {
  const { path, base, result } = file;
  const isText = (!base || base.text !== undefined) && (!result || result.text !== undefined);
  if (!isText) return { whole: [], hunks: new Map() };
  const readCode = await loadCode([path]);
  const oldText = base?.text ?? null;
  const judge = (newText: string | null) => asFinding(classifyEdit({ path, oldText, newText }, {}, readCode));
  const all = judge(result?.text ?? null);
  const hunks = ofHunks(computeHunks(file), { oldText, judge, all });
  const isSaid = [...hunks.values()].flat().some(({ verdict }) => verdict === all?.verdict);
  return { whole: all && !isSaid ? [all] : [], hunks };
}

type Judging = {
  oldText: string | null;
  judge: (newText: string | null) => Finding | undefined;
  all: Finding | undefined;
};

/** A file that comes or goes is one hunk, so what is found in the file is found in it. */
function ofHunks(hunks: readonly Hunk[], { oldText, judge, all }: Judging): Map<string, Finding[]> {
  const found = new Map<string, Finding[]>();
  if (hunks.length > mostHunks) return found;
  for (const hunk of hunks.filter(({ kind }) => kind !== 'mode')) {
    const finding = hunk.kind === 'text' ? judge(applyHunks(oldText ?? '', [hunk])) : all;
    if (finding) found.set(hunk.id, [finding]);
  }
  return found;
}

function asFinding({ verdict, rules, reason, saferWay }: Verdict): Finding | undefined {
  if (verdict === 'allow') return undefined;
  return { rule: rules[0] ?? '', verdict, reason, saferWay: saferWay ?? null };
}

/** Why a hunk is accepted by itself only; undefined when it may go with the others. */
export function ownAcceptance({ whole, hunks }: FileFindings, hunkId: string): string | undefined {
  const [denied] = [...(hunks.get(hunkId) ?? []), ...whole].filter(({ verdict }) => verdict === 'deny');
  return denied && `Accept it by itself, when it is meant: ${denied.reason}`;
}
