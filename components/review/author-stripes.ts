import * as monaco from 'monaco-editor';
import type { AuthoredLines, Credit, TextAuthors } from '@/server/core/authorship.ts';

type Editor = monaco.editor.IStandaloneCodeEditor;

/** What is said of a credit: whose colour, and the words on hover. */
export type AuthorLabel = { colour: string; words: string };

/** After the last keystroke the lines are asked for again. */
const settleMs = 1_200;

/**
 * One thin stripe a line in the colour of who wrote it; lines of several are striped. Between two answers the stripes
 * move with their lines.
 */
export class AuthorStripes {
  readonly #editor: Editor;
  readonly #decorations: monaco.editor.IEditorDecorationsCollection;
  readonly #sheet = new CSSStyleSheet(); // constructed sheets are not subject to style-src
  readonly #changed: monaco.IDisposable;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(editor: Editor, refresh: () => void) {
    this.#editor = editor;
    this.#decorations = editor.createDecorationsCollection();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, this.#sheet];
    this.#changed = editor.onDidChangeModelContent(() => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(refresh, settleMs);
    });
  }

  show({ credits, lines }: TextAuthors, label: (credit: Credit) => AuthorLabel | undefined): void {
    const model = this.#editor.getModel();
    if (!model) return;
    const labels = credits.map(label);
    const styles = new Map<string, string>();
    const shown = lines.flatMap((part) => {
      const known = part.credits.flatMap((credit) => labels[credit] ?? []);
      if (known.length === 0 || part.line > model.getLineCount()) return [];
      const colours = [...new Set(known.map(({ colour }) => colour))];
      const name = classOf(colours);
      styles.set(name, styleOf(name, colours));
      return [stripe(model, { part, name, words: [...new Set(known.map(({ words }) => words))].join('\n') })];
    });
    this.#sheet.replaceSync([...styles.values()].join('\n'));
    this.#decorations.set(shown);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#changed.dispose();
    this.#decorations.clear();
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== this.#sheet);
  }
}

type Striped = { part: AuthoredLines; name: string; words: string };

function stripe(model: monaco.editor.ITextModel, { part, name, words }: Striped): monaco.editor.IModelDeltaDecoration {
  const last = Math.min(part.line + part.count - 1, model.getLineCount());
  return {
    range: new monaco.Range(part.line, 1, last, model.getLineMaxColumn(last)),
    options: { isWholeLine: true, linesDecorationsClassName: `author-stripe ${name}`, linesDecorationsTooltip: words },
  };
}

/** At most three colours are told apart in a stripe this thin. */
const mostColours = 3;

const classOf = (colours: readonly string[]) => `author-${colours.slice(0, mostColours).join('-').replaceAll('#', '')}`;

function styleOf(name: string, colours: readonly string[]): string {
  const few = colours.slice(0, mostColours);
  const size = 4;
  const steps = few.map((colour, at) => `${colour} ${at * size}px ${(at + 1) * size}px`);
  const paint = few.length === 1 ? few[0] : `repeating-linear-gradient(${steps.join(',')})`;
  return `.${name}.author-stripe{background:${paint};width:3px !important;margin-left:4px}`;
}
