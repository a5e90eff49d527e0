import { computeOperation } from './compute.ts';
import type { FileEdit } from './operation.ts';
import type { CodeCommand } from './operation-request.ts';
import { writeEdits, type Turn } from './turn.ts';
import { code, count, describe, summaryText } from './wording.ts';

/** Renames, replaces or tidies imports: computes the edits, writes them through the host and says what came of it. */
export async function runCodeCommand(turn: Turn, command: CodeCommand): Promise<void> {
  const search = await turn.tool({ title: `Search: ${describe(command)}`, kind: 'search', paths: command.scope });
  await search.start();
  const result = await computeOperation(turn.root, command, turn.signal);
  if (result.state === 'refused') {
    await search.end('failed', result.reason);
    await turn.say(`${result.reason}\n\nNothing was changed.`);
    return;
  }
  const { edits, skipped, searched } = result;
  await search.end('completed', placesText(edits));
  const planned = turn.mode === 'plan';
  const { changed, failed } = planned ? { changed: edits, failed: [] } : await writeEdits(turn, edits);
  const summary = summaryText({ command, changed, skipped: [...failed, ...skipped], searched, planned });
  const half = command.kind === 'rename' && failed.length > 0 && changed.length > 0;
  const warning = `**The rename is incomplete**: ${count(failed.length, 'file')} could not be written and still ${failed.length === 1 ? 'uses' : 'use'} ${command.kind === 'rename' ? code(command.from) : ''}.\n\n`;
  await turn.say(half ? warning + summary : summary);
}

function placesText(edits: readonly FileEdit[]): string {
  if (edits.length === 0) return 'Nothing found';
  return edits.map((edit) => edit.lines.map((line) => `${edit.path}:${line}`).join('\n')).join('\n');
}
