/** The address of a provider as people write it, judged by its form alone; what its name resolves to is judged when it is connected to. */

export type ProviderAddress = { url: string } | { problem: string };

const schemes = new Set(['http:', 'https:']);

/** @returns the address without a slash at its end, or what is wrong with it and what to do */
export function parseProviderAddress(text: string): ProviderAddress {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed))
    return { problem: 'This is no address. Write it with its scheme, like https://api.example.com/v1.' };
  const url = new URL(trimmed);
  if (!schemes.has(url.protocol)) return { problem: 'A provider is reached by http or https. Write https://….' };
  if (url.username !== '' || url.password !== '')
    return { problem: 'An address holds no user and no password. Enter the key in the field for it.' };
  if (url.search !== '' || url.hash !== '')
    return { problem: 'An address ends before ? and #. Enter what belongs to each call in the other fields.' };
  return { url: `${url.origin}${url.pathname.replace(/\/+$/, '')}` };
}
