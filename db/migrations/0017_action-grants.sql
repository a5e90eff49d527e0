CREATE TABLE "action_grant" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" text NOT NULL,
	"session_id" text NOT NULL,
	"agent" text NOT NULL,
	"subject" text NOT NULL,
	"permission_id" text NOT NULL,
	"granted_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"used_at" timestamp with time zone,
	"used_by_run_id" text
);
--> statement-breakpoint
ALTER TABLE "action_grant" ADD CONSTRAINT "action_grant_session_id_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."session"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "action_grant_session_idx" ON "action_grant" USING btree ("session_id","subject");