import { describe, expect, test } from 'vitest';
import { withoutImageMetadata } from './image-metadata.ts';

const ascii = (text: string) => [...text].map((unit) => unit.charCodeAt(0));
const segment = (marker: number, data: number[]) => [
  0xff,
  marker,
  (data.length + 2) >> 8,
  (data.length + 2) & 255,
  ...data,
];
const exif = (orientation: number) => [
  ...ascii('Exif'),
  0,
  0,
  ...ascii('II'),
  0x2a,
  0,
  8,
  0,
  0,
  0,
  2,
  0,
  0x0f,
  0x01,
  2,
  0,
  4,
  0,
  0,
  0,
  ...ascii('Cam '),
  0x12,
  0x01,
  3,
  0,
  1,
  0,
  0,
  0,
  orientation,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
];
const picture = [0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9];
const jpeg = (...segments: number[][]) => Uint8Array.from([0xff, 0xd8, ...segments.flat(), ...picture]);
const jfif = segment(0xe0, [...ascii('JFIF'), 0]);

const chunk = (type: string, data: number[]) => [0, 0, 0, data.length, ...ascii(type), ...data, 9, 9, 9, 9];
const png = (...chunks: number[][]) =>
  Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...chunks.flat()]);

const riffChunk = (type: string, data: number[]) => [
  ...ascii(type),
  data.length,
  0,
  0,
  0,
  ...data,
  ...(data.length % 2 ? [0] : []),
];
function webp(...chunks: number[][]): Uint8Array {
  const inner = [...ascii('WEBP'), ...chunks.flat()];
  return Uint8Array.from([...ascii('RIFF'), inner.length, 0, 0, 0, ...inner]);
}

describe('[DL16] images lose what was written about them, and nothing of the picture', () => {
  test('JPEG: Exif, XMP, IPTC and comments go', () => {
    const told = jpeg(jfif, segment(0xe1, exif(1)), segment(0xed, ascii('who')), segment(0xfe, ascii('where')));
    expect(withoutImageMetadata(told)).toEqual(jpeg(jfif));
  });

  test('JPEG: the orientation stays', () => {
    const turned = withoutImageMetadata(jpeg(jfif, segment(0xe1, exif(6))));
    expect(String.fromCharCode(...turned)).not.toContain('Cam');
    expect(withoutImageMetadata(turned)).toEqual(turned);
    expect([...turned].join()).toContain([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6].join());
  });

  test('PNG and WebP', () => {
    const header = chunk('IHDR', [1, 2]);
    const end = chunk('IEND', []);
    expect(withoutImageMetadata(png(header, chunk('tEXt', ascii('by whom')), chunk('eXIf', [1]), end))).toEqual(
      png(header, end),
    );
    const told = webp(
      riffChunk('VP8X', [0b1100, 0]),
      riffChunk('VP8 ', [1, 2, 3]),
      riffChunk('EXIF', [4]),
      riffChunk('XMP ', [5]),
    );
    expect(withoutImageMetadata(told)).toEqual(webp(riffChunk('VP8X', [0, 0]), riffChunk('VP8 ', [1, 2, 3])));
  });

  test('what has nothing, is cut off or is something else stays as it is', () => {
    const whole = jpeg(segment(0xe1, exif(6)));
    for (let size = 0; size < whole.length; size++)
      expect(() => withoutImageMetadata(whole.slice(0, size))).not.toThrow();
    for (const bytes of [jpeg(jfif), png(chunk('IHDR', [1])), Uint8Array.from(ascii('GIF89a'))])
      expect(withoutImageMetadata(bytes)).toBe(bytes);
  });
});
