/** What stands for any unit that is not ASCII. */
export const otherUnit = 128;

const encoder = new TextEncoder();
const largestKept = 1_500_000;
let scratch = new Uint8Array(0);

/**
 * The units of a text as bytes, `otherUnit` for those that are not ASCII. Reading bytes is several times as fast as asking a string for
 * each of its units, above all a string that is a part of another. The array is good until the next call, and longer than the text.
 */
export function unitsOf(text: string): Uint8Array {
  const bytes = bufferFor(text.length * 3);
  const { written } = encoder.encodeInto(text, bytes);
  if (written === text.length) return bytes;
  let length = 0;
  for (let at = 0; at < written; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) bytes[length++] = byte;
    else if (byte >= 0xc0) {
      bytes[length++] = otherUnit;
      // Four bytes of UTF-8 are two units of UTF-16.
      if (byte >= 0xf0) bytes[length++] = otherUnit;
    }
  }
  return bytes;
}

function bufferFor(size: number): Uint8Array<ArrayBuffer> {
  if (size <= scratch.length) return scratch;
  const made = new Uint8Array(size);
  if (size <= largestKept) scratch = made;
  return made;
}
