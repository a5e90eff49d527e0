CREATE TABLE "model" (
	"id" text PRIMARY KEY NOT NULL,
	"alias" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"is_enabled" boolean DEFAULT true NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "model_target" (
	"id" text PRIMARY KEY NOT NULL,
	"model_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"position" integer NOT NULL,
	"upstream_model" text NOT NULL,
	"context_size" integer,
	"max_output" integer,
	"capabilities" jsonb NOT NULL,
	"price_input" bigint,
	"price_output" bigint,
	"price_cache_read" bigint,
	"price_cache_write" bigint
);
--> statement-breakpoint
CREATE TABLE "provider" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"source" text DEFAULT 'people' NOT NULL,
	"base_url" text NOT NULL,
	"protocols" jsonb NOT NULL,
	"place" text NOT NULL,
	"key_sealed" text,
	"key_last4" text,
	"key_set_at" timestamp with time zone,
	"headers_sealed" text,
	"header_names" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"options" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"is_enabled" boolean DEFAULT true NOT NULL,
	"connect_timeout_ms" integer NOT NULL,
	"first_byte_timeout_ms" integer NOT NULL,
	"idle_timeout_ms" integer NOT NULL,
	"last_test" jsonb,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "model_target" ADD CONSTRAINT "model_target_model_id_model_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."model"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_target" ADD CONSTRAINT "model_target_provider_id_provider_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."provider"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "model_alias_key" ON "model" USING btree ("alias");--> statement-breakpoint
CREATE INDEX "model_target_model_idx" ON "model_target" USING btree ("model_id","position");--> statement-breakpoint
CREATE INDEX "model_target_provider_idx" ON "model_target" USING btree ("provider_id");--> statement-breakpoint
CREATE UNIQUE INDEX "provider_name_key" ON "provider" USING btree ("name");