import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';

const decoders: Record<string, (() => Transform) | undefined> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** Unpacks a body of this `content-encoding` (RFC 9110, section 8.4); undefined for one that is not known, or several. */
export function decoderOf(encoding: string): Transform | undefined {
  return Object.hasOwn(decoders, encoding) ? decoders[encoding]?.() : undefined;
}
