/** Stamps are written into the text; a receiver finds them in the bytes of an update, however many it brings. */
const mark = Buffer.from('~#~');
const digits = 8;

export function stamp(number: number): string {
  return `${mark.toString()}${String(number).padStart(digits, '0')}`;
}

/** Calls `fn` with the number of each stamp in a frame. */
export function eachStamp(frame: Buffer, fn: (number: number) => void): void {
  for (let at = frame.indexOf(mark); at >= 0; at = frame.indexOf(mark, at + mark.length + digits)) {
    let number = 0;
    for (let i = at + mark.length; i < at + mark.length + digits; i++) number = number * 10 + ((frame[i] ?? 0) - 48);
    fn(number);
  }
}
