import type { TextAuthors } from '@/server/core/authorship.ts';

/** The room does not answer who asks too often, nor while the connection is lost. */
const waitMs = 5_000;

/** Questions for who wrote a file, and their answers as they come. */
export class AuthorQuestions {
  private readonly waiting = new Map<string, Set<(authors: TextAuthors | undefined) => void>>();

  /** @returns undefined when no answer came */
  ask(fileId: string, send: () => void): Promise<TextAuthors | undefined> {
    return new Promise((resolve) => {
      const waiting = this.waiting.get(fileId) ?? new Set();
      this.waiting.set(fileId, waiting);
      waiting.add(resolve);
      setTimeout(() => {
        waiting.delete(resolve);
        resolve(undefined);
      }, waitMs);
      send();
    });
  }

  answered(fileId: string, authors: TextAuthors): void {
    const waiting = this.waiting.get(fileId) ?? [];
    this.waiting.delete(fileId);
    for (const resolve of waiting) resolve(authors);
  }
}
