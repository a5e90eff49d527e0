/** How the palette starts a comment in the editor on screen, when there is one. */
let begin: (() => void) | undefined;

/** Offers it until the returned function is called. */
export function offerCommenting(start: () => void): () => void {
  begin = start;
  return () => {
    if (begin === start) begin = undefined;
  };
}

/** @returns whether there was an editor to comment in */
export function beginComment(): boolean {
  begin?.();
  return begin !== undefined;
}
