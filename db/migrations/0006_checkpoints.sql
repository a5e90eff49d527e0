CREATE TABLE "session_checkpoint" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" text NOT NULL,
	"session_id" text NOT NULL,
	"kind" text NOT NULL,
	"name" text,
	"cause" jsonb NOT NULL,
	"commit" text NOT NULL,
	"tree" text NOT NULL,
	"event_seq" bigint NOT NULL,
	"update_id" bigint NOT NULL,
	"actor" jsonb NOT NULL,
	"changed_files" integer NOT NULL,
	"added_lines" integer NOT NULL,
	"removed_lines" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "session_checkpoint" ADD CONSTRAINT "session_checkpoint_session_id_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."session"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "session_checkpoint_session_idx" ON "session_checkpoint" USING btree ("session_id","created_at");