import type { StoredAnchor } from '@/server/core/stored-anchor.ts';

/** A comment that would open a thread, not sent yet. */
export type ThreadDraft = { id: string; fileId: string; path: string; anchor: StoredAnchor; body: string };

export type Drafts = {
  threads: ThreadDraft[];
  /** Replies and edits, by what they belong to. */
  texts: Record<string, string>;
};

const isBlank = (text: string) => text.trim() === '';
const none: Drafts = { threads: [], texts: {} };

/**
 * What one person has typed in one session and not sent, kept in the browser. Two tabs share it: each change is made to
 * what is stored at that moment.
 */
export class CommentDrafts {
  private readonly key: string;
  private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  private readonly listeners = new Set<() => void>();
  private drafts: Drafts;

  constructor(owner: { sessionId: string; personId: string }, storage: CommentDrafts['storage']) {
    this.key = `ensemble:comments:${owner.sessionId}:${owner.personId}`;
    this.storage = storage;
    this.drafts = this.read() ?? none;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  getSnapshot = (): Drafts => this.drafts;

  textOf(key: string): string {
    return this.drafts.texts[key] ?? '';
  }

  setText(key: string, text: string): void {
    this.change(({ threads, texts: { [key]: _before, ...others } }) => ({
      threads,
      texts: text === '' ? others : { ...others, [key]: text },
    }));
  }

  putThread(draft: ThreadDraft): void {
    this.change(({ threads, texts }) => {
      const index = threads.findIndex(({ id }) => id === draft.id);
      return { threads: index === -1 ? [...threads, draft] : threads.with(index, draft), texts };
    });
  }

  dropThread(id: string): void {
    this.change(({ threads, texts }) => ({ threads: threads.filter((each) => each.id !== id), texts }));
  }

  /** What another tab of the same browser stored. */
  takeStored = (): void => this.show(this.current());

  private change(to: (drafts: Drafts) => Drafts): void {
    const next = to(this.current());
    this.write(next);
    this.show(next);
  }

  /** What is stored, and what this tab alone has: drafts without words yet. */
  private current(): Drafts {
    const stored = this.read();
    if (!stored) return this.drafts;
    const blank = this.drafts.threads.filter(
      ({ id, body }) => isBlank(body) && !stored.threads.some((each) => each.id === id),
    );
    return { ...stored, threads: [...stored.threads, ...blank] };
  }

  private show(drafts: Drafts): void {
    this.drafts = drafts;
    for (const listener of this.listeners) listener();
  }

  /** Undefined when nothing can be read: then memory is all there is. */
  private read(): Drafts | undefined {
    try {
      const stored = this.storage.getItem(this.key);
      return stored === null ? none : draftsIn(JSON.parse(stored));
    } catch {
      return undefined;
    }
  }

  private write(drafts: Drafts): void {
    try {
      // A draft without words is only of use on the screen that made it.
      const threads = drafts.threads.filter(({ body }) => !isBlank(body));
      if (threads.length === 0 && Object.keys(drafts.texts).length === 0) this.storage.removeItem(this.key);
      else this.storage.setItem(this.key, JSON.stringify({ threads, texts: drafts.texts }));
    } catch {
      // A full or forbidden storage: the draft lives as long as the tab.
    }
  }
}

/** Only this class writes there; what a person or another version left is taken where it can be used. */
function draftsIn(stored: unknown): Drafts {
  if (typeof stored !== 'object' || stored === null) return none;
  const { threads, texts }: Record<string, unknown> = { ...stored };
  const found: unknown[] = Array.isArray(threads) ? threads : [];
  return { threads: found.filter(isThreadDraft), texts: isTexts(texts) ? texts : {} };
}

const isText = (value: unknown) => typeof value === 'string';

function isTexts(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null && Object.values(value).every(isText);
}

function isThreadDraft(value: unknown): value is ThreadDraft {
  if (typeof value !== 'object' || value === null || !('anchor' in value)) return false;
  const { anchor, ...named }: { anchor: unknown } & Record<string, unknown> = { ...value };
  if (!['id', 'fileId', 'path', 'body'].every((name) => isText(named[name]))) return false;
  return isAnchor(anchor);
}

function isAnchor(value: unknown): value is StoredAnchor {
  if (typeof value !== 'object' || value === null) return false;
  const anchor: Record<string, unknown> = { ...value };
  const hasWords = ['quote', 'before', 'after'].every((name) => isText(anchor[name]));
  return hasWords && ['length', 'startLine', 'endLine'].every((name) => Number.isInteger(anchor[name]));
}
