CREATE TABLE "prompt_image" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" text NOT NULL,
	"session_id" text NOT NULL,
	"person_id" text NOT NULL,
	"mime_type" text NOT NULL,
	"size_bytes" integer NOT NULL,
	"content" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "prompt_proposal" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" text NOT NULL,
	"session_id" text NOT NULL,
	"text" text NOT NULL,
	"agent" text NOT NULL,
	"mode" text,
	"author_id" text NOT NULL,
	"author_name" text NOT NULL,
	"state" text NOT NULL,
	"decided_by" text,
	"reason" text,
	"run_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"decided_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "run_prompt" (
	"run_id" text PRIMARY KEY NOT NULL,
	"team_id" text NOT NULL,
	"attachments" jsonb NOT NULL,
	"effort" text,
	"interrupts_run_id" text,
	"words_of_name" text,
	"steer_id" text
);
--> statement-breakpoint
CREATE TABLE "run_steer" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" text NOT NULL,
	"session_id" text NOT NULL,
	"run_id" text NOT NULL,
	"seq" integer NOT NULL,
	"text" text NOT NULL,
	"author_id" text NOT NULL,
	"author_name" text NOT NULL,
	"state" text NOT NULL,
	"attempt" integer,
	"next_run_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"settled_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "prompt_image" ADD CONSTRAINT "prompt_image_session_id_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."session"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prompt_proposal" ADD CONSTRAINT "prompt_proposal_session_id_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."session"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_prompt" ADD CONSTRAINT "run_prompt_run_id_run_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."run"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_steer" ADD CONSTRAINT "run_steer_session_id_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."session"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_steer" ADD CONSTRAINT "run_steer_run_id_run_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."run"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "prompt_image_session_idx" ON "prompt_image" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "prompt_proposal_session_idx" ON "prompt_proposal" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "run_steer_run_idx" ON "run_steer" USING btree ("run_id","seq");