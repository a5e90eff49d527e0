/**
 * How programs write a secret when they print it otherwise: in base64 (`Authorization: Basic`, manifests), in hex, as a part of an
 * address, within JSON. Base64 depends on what stands before, so there are three forms of it, each without the signs at its ends that its
 * neighbours have a part in.
 */
export function writtenForms(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const packed = [0, 1, 2].map((before) => base64Within(bytes, before));
  const forms = [
    secret,
    ...packed,
    ...packed.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
    hex,
    hex.toUpperCase(),
    percentEncoded(bytes),
    percentEncoded(bytes).replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
    JSON.stringify(secret).slice(1, -1),
  ];
  return [...new Set(forms)];
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The signs of base64 that bytes alone decide when so many others stand before them. */
function base64Within(bytes: Uint8Array, before: number): string {
  const bitAt = (at: number) => ((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1;
  const bits = bytes.length * 8;
  let text = '';
  for (let at = (6 - ((before * 8) % 6)) % 6; at + 6 <= bits; at += 6) {
    let sign = 0;
    for (let bit = 0; bit < 6; bit++) sign = (sign << 1) | bitAt(at + bit);
    text += alphabet[sign] ?? '';
  }
  return text;
}

function percentEncoded(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    const unit = String.fromCharCode(byte);
    return /[\w.~-]/.test(unit) ? unit : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}
