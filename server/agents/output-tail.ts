/** The newest bytes of an output that may be endless. */
export type OutputTail = {
  add(chunk: Buffer): void;
  /** Whole characters only. */
  text(): string;
  truncated(): boolean;
};

export function createOutputTail(maxBytes: number): OutputTail {
  let chunks: Buffer[] = [];
  let kept = 0;
  let dropped = false;
  return {
    add(chunk) {
      chunks.push(chunk);
      kept += chunk.length;
      // Cut only now and then, so that a flood of small chunks stays cheap.
      if (kept <= 2 * maxBytes) return;
      chunks = [Buffer.from(lastBytes(Buffer.concat(chunks), maxBytes))];
      kept = maxBytes;
      dropped = true;
    },
    text: () => wholeCharacters(lastBytes(Buffer.concat(chunks), maxBytes), dropped || kept > maxBytes),
    truncated: () => dropped || kept > maxBytes,
  };
}

const lastBytes = (bytes: Buffer, count: number) => bytes.subarray(Math.max(0, bytes.length - count));

/** Where the beginning was cut off, the rest of a character that lost its first byte goes too. */
function wholeCharacters(bytes: Buffer, isCut: boolean): string {
  let start = 0;
  while (isCut && start < bytes.length && start < 4 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return bytes.subarray(start).toString('utf8');
}
