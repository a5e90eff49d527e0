import { z } from 'zod';
import { AppError } from '../core/errors.ts';
import { llmProtocols } from '../core/llm-message.ts';
import { parseProviderAddress } from '../core/provider-address.ts';
import { providerKinds, type ProviderKind, type ProviderOptions } from '../core/provider.ts';
import { forbiddenHost, resolveHost, type ResolveHost } from '../platform/ip-address.ts';

/** What people give of a provider, and what of it can never be. */

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
/** The call itself decides these. */
const ownHeaders = new Set([
  'host',
  'content-length',
  'content-type',
  'connection',
  'transfer-encoding',
  'accept-encoding',
]);

const headers = z
  .record(
    z.string().regex(headerName, 'A header’s name has letters, digits and hyphens.'),
    z
      .string()
      .max(4000)
      .regex(/^[\t\x20-\x7e]*$/, 'A header’s value is plain text on one line.'),
  )
  .refine((given) => Object.keys(given).length <= 20, 'At most 20 headers.')
  .refine(
    (given) => Object.keys(given).every((name) => !ownHeaders.has(name.toLowerCase())),
    'Host, content and connection headers are set by each call itself.',
  );

const key = z
  .string()
  .trim()
  .min(1)
  .max(4000)
  .regex(/^[\x21-\x7e]+$/, 'A key is plain text without spaces.');

export const providerTimeouts = z.object({
  connectMs: z.number().int().min(100).max(120_000),
  firstByteMs: z.number().int().min(1_000).max(3_600_000),
  idleMs: z.number().int().min(1_000).max(3_600_000),
});

const common = {
  name: z.string().trim().min(1).max(80),
  baseUrl: z.string().trim().max(2000),
  protocols: z
    .array(z.enum(llmProtocols))
    .min(1)
    .max(llmProtocols.length)
    .refine((given) => new Set(given).size === given.length, 'Each protocol once.'),
  place: z.enum(['local', 'remote']),
  /** Azure OpenAI only; without it its newer addresses are used. */
  apiVersion: z
    .string()
    .trim()
    .regex(/^[\w.-]{1,40}$/, 'An api-version looks like 2024-10-21.')
    .nullable(),
  /** A file in `models/` of the data folder. */
  modelFile: z
    .string()
    .trim()
    .max(200)
    .regex(/^[\w][\w .+-]*\.gguf$/i, 'A model file is named like model.gguf, without a folder.')
    .nullable(),
  contextSize: z.number().int().min(256).max(4_000_000).nullable(),
  headers: headers.nullable(),
  timeouts: providerTimeouts,
};

export const addProviderInput = z.object({
  ...common,
  kind: z.enum(providerKinds),
  key: key.nullable().optional(),
  apiVersion: common.apiVersion.optional(),
  modelFile: common.modelFile.optional(),
  contextSize: common.contextSize.optional(),
  headers: common.headers.optional(),
  timeouts: common.timeouts.optional(),
});

export const changeProviderInput = z.object({
  providerId: z.string(),
  /** The version that was looked at: someone else's change in between is not written over. */
  version: z.number().int(),
  name: common.name.optional(),
  baseUrl: common.baseUrl.optional(),
  protocols: common.protocols.optional(),
  place: common.place.optional(),
  apiVersion: common.apiVersion.optional(),
  modelFile: common.modelFile.optional(),
  contextSize: common.contextSize.optional(),
  /** All of them; null removes them. They cannot be read again. */
  headers: common.headers.optional(),
  timeouts: common.timeouts.optional(),
  /** Null removes it. */
  key: key.nullable().optional(),
  isEnabled: z.boolean().optional(),
});

/**
 * The address of a provider as it is stored. A name is looked up now, and again at each new connection.
 * @throws AppError `invalid` for what is no address, `forbidden` for one that is never connected to
 */
export async function allowProviderAddress(
  kind: ProviderKind,
  text: string,
  resolve: ResolveHost = resolveHost,
): Promise<string> {
  if (kind === 'local_gguf') return '';
  const parsed = parseProviderAddress(text);
  if ('problem' in parsed) throw new AppError('invalid', parsed.problem);
  const host = new URL(parsed.url).hostname.replace(/^\[|\]$/g, '');
  // A server that is not there today may be saved: connecting to it decides again.
  const reason = await forbiddenHost(host, resolve);
  if (reason !== undefined)
    throw new AppError('forbidden', `${host} leads to ${reason}, which is never connected to. Use another address.`);
  return parsed.url;
}

/** @throws AppError `invalid` when the kind cannot do without something */
export function requireKindFields(kind: ProviderKind, options: ProviderOptions): void {
  if (kind === 'local_gguf' && options.modelFile === undefined)
    throw new AppError('invalid', 'Choose a model file: put one into the folder models of the data folder.');
}

type GivenOptions = {
  apiVersion?: string | null | undefined;
  modelFile?: string | null | undefined;
  contextSize?: number | null | undefined;
};

/** The options after a change: an absent field stays, null removes. */
export function mergedOptions(before: ProviderOptions, given: GivenOptions): ProviderOptions {
  const merged = { ...before, ...defined(given) };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

function defined({ apiVersion, modelFile, contextSize }: GivenOptions) {
  return {
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(modelFile === undefined ? {} : { modelFile }),
    ...(contextSize === undefined ? {} : { contextSize }),
  };
}
