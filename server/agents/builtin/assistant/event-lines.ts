/** The longest line that is read. */
const longestLineChars = 32 * 1024 * 1024;

/**
 * The data of each server-sent event of a body, from bytes cut anywhere. Everything of an event but its data is read over; the
 * protocols that are read here write each event's data as one line.
 */
export async function* eventData(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true });
    if (rest.length > longestLineChars) throw new Error('A line of the answer has no end');
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) yield* dataOf(line);
  }
  yield* dataOf(rest + decoder.decode());
}

function dataOf(line: string): string[] {
  return line.startsWith('data:') ? [line.slice(5).trim()] : [];
}
