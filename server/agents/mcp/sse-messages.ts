/** The data of server-sent events as they arrive (HTML standard, "Parsing an event stream"); an event that was not ended is left out. */
export async function* sseMessages(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    rest += text;
    if (!/[\r\n]/.test(text)) continue;
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line !== '') data.push(...dataOf(line));
      else if (data.length > 0) {
        yield data.join('\n');
        data = [];
      }
    }
  }
}

const dataOf = (line: string): string[] => (line.startsWith('data:') ? [line.slice(5).replace(/^ /, '')] : []);
