import { countIn, type Change } from './change.ts';
import { changed, made, type EditRule } from './edit-rule.ts';

/** A comment that stands for what was there. */
const placeholder =
  /^\s*(?:\/\/|#|\/\*|\*|--|<!--|;|\{\/\*)\s*(?:\.{2,}|…|\[?(?:the\s+)?(?:rest|remaind?er|remaining|existing|previous|other|original|unchanged|same|keep)\b)(?:.*\b(?:code|file|unchanged|same|before|as\s+is|stays|methods?|functions?|implementation|imports?|content|lines|here|above|below|omitted)\b|[\s.…*/>-]{0,12}$)/i;

/** A body that only says that there is none. */
const stub =
  /not[\s_-]?(?:yet\s+)?implemented|\bNotImplemented(?:Error|Exception)?\b|\b(?:todo|unimplemented)!\s*\(|UnsupportedOperationException\s*\(\s*\)/i;

const fewLines = 5;

function standsForCode(change: Change): boolean {
  if (change.isNew || change.isGone || change.kind === 'text') return false;
  const lost = change.removedRaw.length - change.addedRaw.length;
  const count = (lines: readonly string[]) =>
    lines.filter((line) => placeholder.test(line.trim().slice(0, 200))).length;
  if (lost >= fewLines && count(change.addedRaw) > count(change.removedRaw)) return true;
  return lost >= 2 * fewLines && change.kind === 'code' && countIn(change.added, stub) > countIn(change.removed, stub);
}

const twelveLines = Array.from({ length: 12 }, (_, index) => `const value${index} = read(${index});`).join('\n');

export const placeholderRules: readonly EditRule[] = [
  {
    id: 'edits.placeholder',
    verdict: 'ask',
    matches: standsForCode,
    reason: 'This puts a few words where code was.',
    saferWay: 'Change the lines that are meant, and leave the others as they are.',
    examples: {
      ng: [
        changed('src/a.ts', twelveLines, 'const value0 = read(0);\n// ... rest of the code ...\n'),
        changed('a.py', twelveLines, 'value0 = read(0)\n# existing code unchanged\n'),
        changed('src/a.ts', twelveLines, "throw new Error('Not implemented');"),
      ],
      ok: [
        changed('src/a.ts', twelveLines, `// The rest of the values comes from a file.\n${twelveLines}`),
        made('src/a.ts', "throw new Error('Not implemented');"),
        changed('src/a.ts', twelveLines, twelveLines.replace('const value3 = read(3);\n', '')),
      ],
    },
  },
];
