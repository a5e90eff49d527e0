/** Lines as bytes arrive; once one is longer than `maxBytes`, no more come. */
export function lineSplitter(maxBytes: number) {
  let parts: Buffer[] = [];
  let size = 0;
  let overflow = false;
  const take = (last: Buffer): Buffer => {
    const line = parts.length === 0 ? last : Buffer.concat([...parts, last]);
    parts = [];
    size = 0;
    return line;
  };
  return {
    *push(chunk: Buffer): Generator<Buffer> {
      let from = 0;
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
        const line = take(chunk.subarray(from, end));
        from = end + 1;
        if (line.length > maxBytes) {
          overflow = true;
          return;
        }
        yield line;
      }
      const rest = chunk.subarray(from);
      size += rest.length;
      if (rest.length > 0) parts.push(rest);
      if (size > maxBytes) overflow = true;
    },
    tooLong: () => overflow,
  };
}
