CREATE TABLE "guard_case" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" text NOT NULL,
	"action" jsonb NOT NULL,
	"label" text NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"decision_id" text,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "guard_decision" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" text NOT NULL,
	"project_id" text NOT NULL,
	"session_id" text NOT NULL,
	"run_id" text NOT NULL,
	"person_id" text NOT NULL,
	"agent" text NOT NULL,
	"mode" text NOT NULL,
	"action" jsonb NOT NULL,
	"decided_by" text NOT NULL,
	"verdict" text NOT NULL,
	"rules" jsonb NOT NULL,
	"reason" text NOT NULL,
	"permission_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "guard_rule" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" text,
	"project_id" text,
	"effect" text NOT NULL,
	"pattern" jsonb NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "guard_case" ADD CONSTRAINT "guard_case_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guard_case" ADD CONSTRAINT "guard_case_created_by_person_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guard_decision" ADD CONSTRAINT "guard_decision_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guard_decision" ADD CONSTRAINT "guard_decision_session_id_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."session"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guard_rule" ADD CONSTRAINT "guard_rule_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guard_rule" ADD CONSTRAINT "guard_rule_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guard_rule" ADD CONSTRAINT "guard_rule_created_by_person_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "guard_case_team_idx" ON "guard_case" USING btree ("team_id");--> statement-breakpoint
CREATE INDEX "guard_decision_team_idx" ON "guard_decision" USING btree ("team_id","created_at");--> statement-breakpoint
CREATE INDEX "guard_decision_session_idx" ON "guard_decision" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "guard_rule_team_idx" ON "guard_rule" USING btree ("team_id");