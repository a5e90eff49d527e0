/** How a text file is kept: its text inside is always LF, these say how it becomes bytes again. */
export type FileFormat = { encoding: 'utf-8' | 'utf-8-bom'; eol: 'lf' | 'crlf' };

export type ReadText =
  | ({ ok: true; text: string } & FileFormat)
  | { ok: false; reason: 'binary' | 'encoding' | 'mixed_eol' | 'too_large'; message: string };

/** The largest file that is opened for editing. */
export const maxTextBytes = 5 * 1024 * 1024;
const sniffedBytes = 8192;
const bom = [0xef, 0xbb, 0xbf] as const;

/**
 * Reads a file as text that comes back byte for byte (ARCHITECTURE, decision 2). Mixed line ends do not, so they are
 * refused unless `normaliseEol` consents; then the more frequent kind is kept.
 */
export function readFileText(bytes: Uint8Array, options: { normaliseEol?: boolean } = {}): ReadText {
  if (bytes.byteLength > maxTextBytes)
    return refused('too_large', `it is larger than ${maxTextBytes / 1024 / 1024} MB and is shown, not edited`);
  if (bytes.subarray(0, sniffedBytes).includes(0)) return refused('binary', 'it is a binary file');
  const decoded = decodeUtf8(bytes);
  if (decoded === undefined) return refused('encoding', 'it is not UTF-8 text; change its encoding elsewhere first');
  const hasBom = bom.every((byte, at) => bytes[at] === byte);
  const raw = hasBom ? decoded.slice(1) : decoded;
  const ends = countEnds(raw);
  const mixed = ends.cr > 0 || (ends.crlf > 0 && ends.lf > 0);
  if (mixed && !options.normaliseEol)
    return refused('mixed_eol', 'its lines end in different ways; opening it for editing makes them alike');
  return {
    ok: true,
    text: toLf(raw),
    encoding: hasBom ? 'utf-8-bom' : 'utf-8',
    eol: ends.crlf > ends.lf ? 'crlf' : 'lf',
  };
}

function refused(reason: Extract<ReadText, { ok: false }>['reason'], why: string): ReadText {
  return { ok: false, reason, message: `The file cannot be opened for editing: ${why}.` };
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function countEnds(text: string): { lf: number; crlf: number; cr: number } {
  const ends = { lf: 0, crlf: 0, cr: 0 };
  for (const [end] of text.matchAll(/\r\n|\n|\r/g)) {
    if (end === '\r\n') ends.crlf++;
    else if (end === '\n') ends.lf++;
    else ends.cr++;
  }
  return ends;
}

/** Every line end as LF. */
export function toLf(text: string): string {
  return text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text;
}

/** The bytes of a text with LF inside. */
export function writeFileText(text: string, format: FileFormat): Uint8Array {
  const ended = format.eol === 'crlf' ? text.replaceAll('\n', '\r\n') : text;
  return new TextEncoder().encode(format.encoding === 'utf-8-bom' ? `\ufeff${ended}` : ended);
}
