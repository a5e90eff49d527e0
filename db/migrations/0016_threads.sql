CREATE TABLE "agent_thread" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" text NOT NULL,
	"session_id" text NOT NULL,
	"agent" text NOT NULL,
	"forked_from_run_id" text,
	"held_by" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "agent_thread_choice" (
	"team_id" text NOT NULL,
	"session_id" text NOT NULL,
	"person_id" text NOT NULL,
	"agent" text NOT NULL,
	"thread_id" text NOT NULL,
	CONSTRAINT "agent_thread_choice_session_id_person_id_agent_pk" PRIMARY KEY("session_id","person_id","agent")
);
--> statement-breakpoint
ALTER TABLE "team" ADD COLUMN "max_runs" integer;--> statement-breakpoint
ALTER TABLE "team" ADD COLUMN "max_runs_per_person" integer;--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "thread_id" text;--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "newer_edits" text DEFAULT 'merge' NOT NULL;--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "start_commit" text;--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "end_commit" text;--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "agent_session_id" text;--> statement-breakpoint
ALTER TABLE "suggestion" ADD COLUMN "continued_by" text;--> statement-breakpoint
ALTER TABLE "agent_thread" ADD CONSTRAINT "agent_thread_session_id_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."session"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "agent_thread_choice" ADD CONSTRAINT "agent_thread_choice_session_id_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."session"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "agent_thread_choice" ADD CONSTRAINT "agent_thread_choice_thread_id_agent_thread_id_fk" FOREIGN KEY ("thread_id") REFERENCES "public"."agent_thread"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "agent_thread_session_idx" ON "agent_thread" USING btree ("session_id","agent");--> statement-breakpoint
ALTER TABLE "run" ADD CONSTRAINT "run_thread_id_agent_thread_id_fk" FOREIGN KEY ("thread_id") REFERENCES "public"."agent_thread"("id") ON DELETE set null ON UPDATE no action;