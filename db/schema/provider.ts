import { bigint, boolean, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { LongPrice, ModelCapabilities } from '../../server/core/model-call.ts';
import type { LlmProtocol } from '../../server/core/llm-message.ts';
import type { ProviderKind, ProviderOptions, ProviderSource, ProviderTest } from '../../server/core/provider.ts';
import { createdAt, id, instant } from './columns.ts';

/** Where models are called (docs/spec/gateway.md, GW70 to GW89). The whole installation's: no team has rows here. */
export const provider = pgTable(
  'provider',
  {
    id: id(),
    name: text('name').notNull(),
    kind: text('kind').$type<ProviderKind>().notNull(),
    /** `environment`: its address and key come from variables of the process; the row gives it a name and a place. */
    source: text('source').$type<ProviderSource>().notNull().default('people'),
    /** Without a slash at the end. Empty for a file of this machine. */
    baseUrl: text('base_url').notNull(),
    /** What it speaks, the preferred one first. */
    protocols: jsonb('protocols').$type<LlmProtocol[]>().notNull(),
    /** `local`: nothing leaves the installation's own network. */
    place: text('place').$type<'local' | 'remote'>().notNull(),
    keySealed: text('key_sealed'),
    keyLast4: text('key_last4'),
    keySetAt: instant('key_set_at'),
    /** Further headers as sealed JSON, since they may hold secrets; their names are told. */
    headersSealed: text('headers_sealed'),
    headerNames: jsonb('header_names').$type<string[]>().notNull().default([]),
    options: jsonb('options').$type<ProviderOptions>().notNull().default({}),
    isEnabled: boolean('is_enabled').notNull().default(true),
    connectTimeoutMs: integer('connect_timeout_ms').notNull(),
    firstByteTimeoutMs: integer('first_byte_timeout_ms').notNull(),
    idleTimeoutMs: integer('idle_timeout_ms').notNull(),
    lastTest: jsonb('last_test').$type<ProviderTest>(),
    /** Counts changes: who saves an older version is refused. */
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [uniqueIndex('provider_name_key').on(t.name)],
);

/** A name under which models are called; what it leads to are its targets. */
export const model = pgTable(
  'model',
  {
    id: id(),
    alias: text('alias').notNull(),
    description: text('description').notNull().default(''),
    isEnabled: boolean('is_enabled').notNull().default(true),
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [uniqueIndex('model_alias_key').on(t.alias)],
);

/** One model at one provider. The targets of an alias are tried in the order of `position`. */
export const modelTarget = pgTable(
  'model_target',
  {
    id: id(),
    modelId: text('model_id')
      .notNull()
      .references(() => model.id, { onDelete: 'cascade' }),
    providerId: text('provider_id')
      .notNull()
      .references(() => provider.id),
    position: integer('position').notNull(),
    /** The name the provider knows it by (for Azure OpenAI: the deployment). */
    upstreamModel: text('upstream_model').notNull(),
    /** Tokens; null: not known. */
    contextSize: integer('context_size'),
    maxOutput: integer('max_output'),
    capabilities: jsonb('capabilities').$type<ModelCapabilities>().notNull(),
    /** Micro-USD for a million tokens; null in input or output: unpriced. */
    priceInput: bigint('price_input', { mode: 'number' }),
    priceOutput: bigint('price_output', { mode: 'number' }),
    priceCacheRead: bigint('price_cache_read', { mode: 'number' }),
    priceCacheWrite: bigint('price_cache_write', { mode: 'number' }),
    /** Null: a call costs the same however long its input is. */
    priceLong: jsonb('price_long').$type<LongPrice>(),
  },
  (t) => [
    index('model_target_model_idx').on(t.modelId, t.position),
    index('model_target_provider_idx').on(t.providerId),
  ],
);
