CREATE TABLE "virtual_key" (
	"id" text PRIMARY KEY NOT NULL,
	"key_hash" text NOT NULL,
	"team_id" text NOT NULL,
	"project_id" text NOT NULL,
	"session_id" text NOT NULL,
	"run_id" text NOT NULL,
	"attempt" integer NOT NULL,
	"person_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "virtual_key_key_hash_unique" UNIQUE("key_hash")
);
--> statement-breakpoint
ALTER TABLE "api_token" ADD COLUMN "bound_team_id" text;--> statement-breakpoint
ALTER TABLE "api_token" ADD COLUMN "bound_project_id" text;--> statement-breakpoint
ALTER TABLE "virtual_key" ADD CONSTRAINT "virtual_key_session_id_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."session"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "virtual_key" ADD CONSTRAINT "virtual_key_run_id_run_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."run"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "virtual_key_run_idx" ON "virtual_key" USING btree ("run_id");