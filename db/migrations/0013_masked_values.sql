CREATE TABLE "dlp_rule" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" text,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"class" text NOT NULL,
	"body_sealed" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "masked_value" (
	"team_id" text NOT NULL,
	"scope_id" text NOT NULL,
	"placeholder" text NOT NULL,
	"value_sealed" text NOT NULL,
	"class" text NOT NULL,
	"detector" text NOT NULL,
	"session_id" text,
	"person_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "masked_value_team_id_scope_id_placeholder_pk" PRIMARY KEY("team_id","scope_id","placeholder")
);
--> statement-breakpoint
ALTER TABLE "dlp_rule" ADD CONSTRAINT "dlp_rule_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dlp_rule" ADD CONSTRAINT "dlp_rule_created_by_person_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "masked_value" ADD CONSTRAINT "masked_value_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "masked_value" ADD CONSTRAINT "masked_value_session_id_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."session"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "masked_value" ADD CONSTRAINT "masked_value_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."person"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "dlp_rule_team_idx" ON "dlp_rule" USING btree ("team_id");--> statement-breakpoint
CREATE INDEX "masked_value_session_idx" ON "masked_value" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "masked_value_person_idx" ON "masked_value" USING btree ("person_id");