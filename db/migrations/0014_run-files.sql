CREATE TABLE "run_file" (
	"run_id" text NOT NULL,
	"path" text NOT NULL,
	"team_id" text NOT NULL,
	"session_id" text NOT NULL,
	"base_text" text,
	"text" text,
	"omitted" text,
	"line" integer NOT NULL,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "run_file_run_id_path_pk" PRIMARY KEY("run_id","path")
);
--> statement-breakpoint
ALTER TABLE "run_file" ADD CONSTRAINT "run_file_run_id_run_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."run"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_file" ADD CONSTRAINT "run_file_session_id_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."session"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "run_file_session_idx" ON "run_file" USING btree ("session_id");