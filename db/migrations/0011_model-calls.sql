CREATE TABLE "budget" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" text,
	"scope" text NOT NULL,
	"subject_id" text,
	"period" text NOT NULL,
	"limit_micro_usd" bigint NOT NULL,
	"warn_percents" integer[] NOT NULL,
	"is_hard" boolean NOT NULL,
	"refuses_unpriced" boolean NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "budget_event" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" text NOT NULL,
	"budget_id" text NOT NULL,
	"period_key" text NOT NULL,
	"kind" text NOT NULL,
	"percent" integer NOT NULL,
	"spent_micro_usd" bigint NOT NULL,
	"limit_micro_usd" bigint NOT NULL,
	"person_id" text NOT NULL,
	"run_id" text,
	"session_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "budget_period" (
	"key" text PRIMARY KEY NOT NULL,
	"budget_id" text NOT NULL,
	"period" text NOT NULL,
	"subject_id" text NOT NULL,
	"spent_micro_usd" bigint DEFAULT 0 NOT NULL,
	"reserved_micro_usd" bigint DEFAULT 0 NOT NULL,
	"warned_percent" integer DEFAULT 0 NOT NULL,
	"blocked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "budget_raise" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" text NOT NULL,
	"budget_id" text NOT NULL,
	"person_id" text NOT NULL,
	"reason" text NOT NULL,
	"asked_micro_usd" bigint NOT NULL,
	"state" text NOT NULL,
	"decided_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"decided_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "budget_revision" (
	"id" integer PRIMARY KEY NOT NULL,
	"revision" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "call_recording" (
	"team_id" text PRIMARY KEY NOT NULL,
	"level" text NOT NULL,
	"retention_days" integer NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "model_call" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" text NOT NULL,
	"person_id" text NOT NULL,
	"project_id" text,
	"session_id" text,
	"run_id" text,
	"key_kind" text NOT NULL,
	"key_id" text NOT NULL,
	"client" text NOT NULL,
	"protocol" text NOT NULL,
	"alias" text NOT NULL,
	"model_id" text,
	"provider_id" text,
	"provider_name" text,
	"upstream_model" text,
	"place" text,
	"is_stream" boolean NOT NULL,
	"rules" jsonb NOT NULL,
	"findings" jsonb NOT NULL,
	"state" text NOT NULL,
	"denied_by" text,
	"error_kind" text,
	"error_message" text,
	"input_tokens" bigint,
	"output_tokens" bigint,
	"cache_read_tokens" bigint,
	"cache_write_tokens" bigint,
	"thinking_tokens" bigint,
	"cost_micro_usd" bigint,
	"is_priced" boolean NOT NULL,
	"is_estimate" boolean NOT NULL,
	"reserved_micro_usd" bigint NOT NULL,
	"budget_keys" text[] NOT NULL,
	"node_id" text NOT NULL,
	"request_id" text NOT NULL,
	"audit_entry_id" text NOT NULL,
	"shape" jsonb,
	"latency_ms" integer,
	"first_byte_ms" integer,
	"started_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "model_call_content" (
	"call_id" text PRIMARY KEY NOT NULL,
	"team_id" text NOT NULL,
	"request_sealed" text NOT NULL,
	"answer_sealed" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "budget_event" ADD CONSTRAINT "budget_event_budget_id_budget_id_fk" FOREIGN KEY ("budget_id") REFERENCES "public"."budget"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "budget_period" ADD CONSTRAINT "budget_period_budget_id_budget_id_fk" FOREIGN KEY ("budget_id") REFERENCES "public"."budget"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "budget_raise" ADD CONSTRAINT "budget_raise_budget_id_budget_id_fk" FOREIGN KEY ("budget_id") REFERENCES "public"."budget"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "budget_team_idx" ON "budget" USING btree ("team_id");--> statement-breakpoint
CREATE INDEX "budget_event_team_idx" ON "budget_event" USING btree ("team_id","created_at");--> statement-breakpoint
CREATE INDEX "budget_period_budget_idx" ON "budget_period" USING btree ("budget_id","period");--> statement-breakpoint
CREATE INDEX "budget_raise_team_idx" ON "budget_raise" USING btree ("team_id","state");--> statement-breakpoint
CREATE INDEX "model_call_team_idx" ON "model_call" USING btree ("team_id","started_at");--> statement-breakpoint
CREATE INDEX "model_call_run_idx" ON "model_call" USING btree ("run_id") WHERE run_id is not null;--> statement-breakpoint
CREATE INDEX "model_call_open_idx" ON "model_call" USING btree ("node_id") WHERE state = 'started';--> statement-breakpoint
CREATE INDEX "model_call_content_expires_idx" ON "model_call_content" USING btree ("expires_at");