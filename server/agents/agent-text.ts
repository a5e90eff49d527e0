export function textOf(content: { type: string; text?: string | undefined }): string {
  return content.type === 'text' ? (content.text ?? '') : '';
}

/** The database's JSON takes neither zero characters nor halves of a surrogate pair. */
export function clean(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

export function cut(text: string, chars: number): string {
  return text.length > chars ? text.slice(0, chars).toWellFormed() : text;
}
