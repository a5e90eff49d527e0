import type { Probe, ProviderTest } from './provider.ts';

/** A test stands or falls with the answers, in every protocol; where there is no model to ask, with the list of models. */
export function decidingProbe({ probes }: Pick<ProviderTest, 'probes'>): Probe | undefined {
  const answers = probes.filter(({ name }) => name === 'answer');
  return answers.find(({ ok }) => !ok) ?? answers[0] ?? probes.find(({ name }) => name === 'models');
}

const byStatus: readonly { is: (status: number) => boolean; advice: string }[] = [
  { is: (status) => status === 401, advice: 'The key is not accepted. Enter another one.' },
  {
    is: (status) => status === 402,
    advice: 'The account has nothing left to spend. Add credit at the provider, then test again.',
  },
  {
    is: (status) => status === 403,
    advice: 'The key is known but may not do this. Give it the rights at the provider, or enter another one.',
  },
  {
    is: (status) => status === 404 || status === 405,
    advice: 'A server answers there, but not as this kind of provider. Check the path of the address: many want /v1.',
  },
  { is: (status) => status === 429, advice: 'The provider takes no more calls for now. Test again in a while.' },
  {
    is: (status) => status >= 300 && status < 400,
    advice: 'The address leads elsewhere, and redirects are not followed. Enter the address that it leads to.',
  },
  { is: (status) => status >= 500, advice: 'The provider itself fails. Test again later, or ask who runs it.' },
];

const byWords: readonly { words: RegExp; advice: string }[] = [
  {
    words: /ECONNREFUSED/,
    advice: 'Nothing listens at this address. Check host and port, and that the server is running.',
  },
  {
    words: /EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|could not be connected to|did not begin to answer|fell silent/,
    advice: 'The server does not answer in time. Check the address, and that this machine may reach it.',
  },
  {
    words: /certificate|SSL|TLS|wrong version number/i,
    advice: 'No safe connection came about. Check http or https in the address, and the certificate of the server.',
  },
];

/** What to do about a test that failed, where its cause is one of the usual ones. */
export function adviceFor(test: ProviderTest): string | undefined {
  const probe = decidingProbe(test);
  if (test.ok || !probe || probe.ok) return undefined;
  const status = Number(/^(\d{3}):/.exec(probe.says)?.[1]);
  if (!Number.isNaN(status)) return byStatus.find(({ is }) => is(status))?.advice;
  return byWords.find(({ words }) => words.test(probe.says))?.advice;
}
