/**
 * Images without what cameras and programs wrote about them: where, when, by whom, with which device. The picture's own bytes stay as
 * they are; of what is taken out only the orientation stays, since the picture would lie on its side without it.
 */

/** @returns the same bytes when there is nothing to take out, or when they are of a form that is not known */
export function withoutImageMetadata(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return withoutJpegMetadata(bytes);
  if (startsWith(bytes, pngSignature)) return withoutPngMetadata(bytes);
  if (textAt(bytes, 0) === 'RIFF' && textAt(bytes, 8) === 'WEBP') return withoutWebpMetadata(bytes);
  return bytes;
}

type Span = { start: number; end: number };

const startsWith = (bytes: Uint8Array, start: readonly number[]) => start.every((byte, at) => bytes[at] === byte);
const textAt = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function without(bytes: Uint8Array, out: readonly Span[], head: readonly Uint8Array[] = []): Uint8Array {
  if (out.length === 0) return bytes;
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { start, end } of out) {
    parts.push(bytes.subarray(at, start));
    if (at === 0) parts.push(...head);
    at = end;
  }
  return joined([...parts, bytes.subarray(at)]);
}

/** Segments before the picture (ITU-T T.81, B.1.1.4): APP1 has Exif and XMP, APP13 IPTC, others makers' own; FE is a comment. */
function withoutJpegMetadata(bytes: Uint8Array): Uint8Array {
  const out: Span[] = [];
  let orientation = 1;
  for (const { marker, start, end } of jpegSegments(bytes)) {
    if (!isJpegMetadata(marker)) continue;
    out.push({ start, end });
    if (marker === 0xe1) orientation = orientationIn(bytes.subarray(start + 10, end)) ?? orientation;
  }
  return without(bytes, out, orientation === 1 ? [] : [orientationSegment(orientation)]);
}

function* jpegSegments(bytes: Uint8Array): Generator<Span & { marker: number }> {
  for (let start = 2; start + 4 <= bytes.length && bytes[start] === 0xff;) {
    const marker = bytes[start + 1] ?? 0;
    const end = start + 2 + (((bytes[start + 2] ?? 0) << 8) | (bytes[start + 3] ?? 0));
    if (marker === 0xda || end <= start + 3 || end > bytes.length) return;
    yield { marker, start, end };
    start = end;
  }
}

/** All but APP0 (JFIF), APP2 (colours) and APP14 (how colours are stored). */
const isJpegMetadata = (marker: number) =>
  marker === 0xfe || (marker >= 0xe1 && marker <= 0xef && marker !== 0xe2 && marker !== 0xee);

/** Tag 0x0112 of the first directory of a TIFF structure (Exif 2.32, 4.6). */
function orientationIn(tiff: Uint8Array): number | undefined {
  if (tiff.length < 14) return undefined;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const isLittle = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > tiff.length) return undefined;
  const count = view.getUint16(directory, isLittle);
  for (let entry = directory + 2; entry < directory + 2 + count * 12 && entry + 12 <= tiff.length; entry += 12) {
    if (view.getUint16(entry, isLittle) !== 0x0112) continue;
    const value = view.getUint16(entry + 8, isLittle);
    return value >= 1 && value <= 8 ? value : undefined;
  }
  return undefined;
}

/** Exif that says nothing else. */
const orientationSegment = (orientation: number) =>
  Uint8Array.of(
    0xff,
    0xe1,
    0,
    34,
    0x45,
    0x78,
    0x69,
    0x66,
    0,
    0,
    0x4d,
    0x4d,
    0,
    0x2a,
    0,
    0,
    0,
    8,
    0,
    1,
    0x01,
    0x12,
    0,
    3,
    0,
    0,
    0,
    1,
    0,
    orientation,
    0,
    0,
    0,
    0,
    0,
    0,
  );

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const pngMetadata = new Set(['eXIf', 'tEXt', 'iTXt', 'zTXt', 'tIME']);

/** Chunks (PNG, third edition, section 5): length, type, data, check sum. */
function withoutPngMetadata(bytes: Uint8Array): Uint8Array {
  const out: Span[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = pngSignature.length; at + 12 <= bytes.length;) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) break;
    if (pngMetadata.has(textAt(bytes, at + 4))) out.push({ start: at, end });
    at = end;
  }
  return without(bytes, out);
}

/** Chunks of RIFF; VP8X has a bit each for Exif and XMP (WebP container, "Extended File Format"). */
function withoutWebpMetadata(bytes: Uint8Array): Uint8Array {
  const out: Span[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let flags: number | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = view.getUint32(at + 4, true);
    const end = at + 8 + size + (size % 2);
    if (end > bytes.length) break;
    const type = textAt(bytes, at);
    if (type === 'VP8X') flags = at + 8;
    if (type === 'EXIF' || type === 'XMP ') out.push({ start: at, end });
    at = end;
  }
  const stripped = without(bytes, out);
  if (stripped === bytes) return bytes;
  new DataView(stripped.buffer).setUint32(4, stripped.length - 8, true);
  if (flags !== undefined) stripped[flags] = (stripped[flags] ?? 0) & ~0b1100;
  return stripped;
}
