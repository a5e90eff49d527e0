CREATE TABLE "approval_rule" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" text,
	"project_id" text,
	"family" text NOT NULL,
	"role" text NOT NULL,
	"others" boolean NOT NULL,
	"people" integer NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "approval_rule_scope_key" UNIQUE NULLS NOT DISTINCT("team_id","project_id","family")
);
--> statement-breakpoint
CREATE TABLE "guard_setting" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" text,
	"opinion" text NOT NULL,
	"opinion_model" text,
	"updated_by" text NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "guard_setting_team_key" UNIQUE NULLS NOT DISTINCT("team_id")
);
--> statement-breakpoint
CREATE TABLE "permission_vote" (
	"permission_id" text NOT NULL,
	"team_id" text NOT NULL,
	"person_id" text NOT NULL,
	"scope" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "permission_vote_permission_id_person_id_pk" PRIMARY KEY("permission_id","person_id")
);
--> statement-breakpoint
ALTER TABLE "run_permission" ADD COLUMN "needs" jsonb;--> statement-breakpoint
ALTER TABLE "virtual_key" ADD COLUMN "purpose" text DEFAULT 'agent' NOT NULL;--> statement-breakpoint
ALTER TABLE "guard_decision" ADD COLUMN "opinion" jsonb;--> statement-breakpoint
ALTER TABLE "approval_rule" ADD CONSTRAINT "approval_rule_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval_rule" ADD CONSTRAINT "approval_rule_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval_rule" ADD CONSTRAINT "approval_rule_created_by_person_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guard_setting" ADD CONSTRAINT "guard_setting_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guard_setting" ADD CONSTRAINT "guard_setting_updated_by_person_id_fk" FOREIGN KEY ("updated_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "permission_vote" ADD CONSTRAINT "permission_vote_permission_id_run_permission_id_fk" FOREIGN KEY ("permission_id") REFERENCES "public"."run_permission"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "permission_vote_team_idx" ON "permission_vote" USING btree ("team_id");