CREATE TABLE "kept_files" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" text NOT NULL,
	"session_id" text NOT NULL,
	"run_id" text NOT NULL,
	"attempt" integer NOT NULL,
	"title" text NOT NULL,
	"tool_call_id" text,
	"size_bytes" bigint NOT NULL,
	"event_seq" bigint NOT NULL,
	"state" text DEFAULT 'kept' NOT NULL,
	"asked_by" text,
	"asked_at" timestamp with time zone,
	"error" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "kept_files" ADD CONSTRAINT "kept_files_session_id_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."session"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kept_files" ADD CONSTRAINT "kept_files_run_id_run_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."run"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "kept_files_run_idx" ON "kept_files" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "kept_files_session_idx" ON "kept_files" USING btree ("session_id");