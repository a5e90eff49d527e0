import { z } from 'zod';
import { promptAttachment, type PromptAttachment } from '@/server/core/attachment.ts';

/** How words are sent: after what waits, into the turn at work, in its place, or to members who decide. */
export type Way = 'queue' | 'steer' | 'interrupt' | 'propose';

const outgoing = z.object({
  id: z.string(),
  way: z.enum(['queue', 'steer', 'interrupt', 'propose']),
  text: z.string(),
  attachments: z.array(promptAttachment),
  at: z.string(),
});
export type Outgoing = z.infer<typeof outgoing>;

const kept = z.object({
  text: z.string(),
  attachments: z.array(promptAttachment),
  outgoing: z.array(outgoing),
});
/** What is written and not sent, and what is on its way. */
export type PromptDraft = z.infer<typeof kept>;

const empty: PromptDraft = { text: '', attachments: [], outgoing: [] };

/**
 * What a person writes in one session, kept in the browser: it outlives a reload, a refusal and a lost connection. Words
 * on their way are still kept until the server has them; when it refuses, they are the draft again.
 */
export class DraftStore {
  private draft: PromptDraft;
  private readonly listeners = new Set<() => void>();
  private readonly key: string;
  private readonly storage: Pick<Storage, 'getItem' | 'setItem'> | undefined;

  constructor(key: string, storage: Pick<Storage, 'getItem' | 'setItem'> | undefined) {
    this.key = key;
    this.storage = storage;
    this.draft = read(storage?.getItem(key) ?? null);
    // The page was closed before the server answered; whoever wrote it sees whether it arrived.
    for (const { id } of this.draft.outgoing) this.failed(id);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  get = (): PromptDraft => this.draft;

  write(text: string): void {
    this.change({ ...this.draft, text });
  }

  attach(attachment: PromptAttachment): void {
    const same = (each: PromptAttachment) => JSON.stringify(each) === JSON.stringify(attachment);
    if (this.draft.attachments.some(same)) return;
    this.change({ ...this.draft, attachments: [...this.draft.attachments, attachment] });
  }

  detach(attachment: PromptAttachment): void {
    this.change({ ...this.draft, attachments: this.draft.attachments.filter((each) => each !== attachment) });
  }

  /** The draft is on its way, and a new one begins. */
  send(way: Way, { id, at }: { id: string; at: string }): Outgoing {
    const { text, attachments } = this.draft;
    const sent = { id, way, text, attachments, at };
    this.change({ ...empty, outgoing: [...this.draft.outgoing, sent] });
    return sent;
  }

  arrived(id: string): void {
    this.change({ ...this.draft, outgoing: this.draft.outgoing.filter((each) => each.id !== id) });
  }

  /** The words come before what was written meanwhile. */
  failed(id: string): void {
    const back = this.draft.outgoing.find((each) => each.id === id);
    if (!back) return;
    const { text, attachments } = this.draft;
    this.change({
      text: text.trim() === '' ? back.text : `${back.text}\n\n${text}`,
      attachments: [...back.attachments, ...attachments],
      outgoing: this.draft.outgoing.filter((each) => each.id !== id),
    });
  }

  private change(draft: PromptDraft): void {
    this.draft = draft;
    try {
      this.storage?.setItem(this.key, JSON.stringify(draft));
    } catch {
      // A full or closed storage: the draft lives as long as the page.
    }
    for (const listener of this.listeners) listener();
  }
}

function read(json: string | null): PromptDraft {
  if (json === null) return empty;
  try {
    return kept.parse(JSON.parse(json));
  } catch {
    return empty;
  }
}
