/**
 * Which of our edits the server has not yet called durable. The server counts the sync messages of a connection and
 * says up to which one all is stored (docs/spec/collab.md, "Saved"); an edit is saved when the message that carried it
 * is. Edits made without a connection travel in the answer to the server's state vector after the next connect.
 */
export class UnsavedEdits {
  /** For each edit the message that carries it on this connection; Infinity while none does. */
  private carriers: number[] = [];
  private sent = 0;

  get count(): number {
    return this.carriers.length;
  }

  /** A new connection begins: nothing was sent on it yet. */
  connected(): void {
    this.sent = 0;
    this.carriers = this.carriers.map(() => Infinity);
  }

  edited(isConnected: boolean): void {
    if (isConnected) this.sent += 1;
    this.carriers.push(isConnected ? this.sent : Infinity);
  }

  /** Everything that the server lacked was sent in one message. */
  sentMissing(): void {
    this.sent += 1;
    this.carriers = this.carriers.map((carrier) => Math.min(carrier, this.sent));
  }

  saved(updates: number): void {
    this.carriers = this.carriers.filter((carrier) => carrier > updates);
  }
}
