CREATE TABLE "policy_version" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" text,
	"number" integer NOT NULL,
	"text" text NOT NULL,
	"reason" text NOT NULL,
	"based_on" integer NOT NULL,
	"restores" integer,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"published_by" text,
	"published_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "project" ADD COLUMN "sensitivity" text DEFAULT 'internal' NOT NULL;--> statement-breakpoint
ALTER TABLE "policy_version" ADD CONSTRAINT "policy_version_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_version" ADD CONSTRAINT "policy_version_created_by_person_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_version" ADD CONSTRAINT "policy_version_published_by_person_id_fk" FOREIGN KEY ("published_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "policy_version_number_key" ON "policy_version" USING btree (coalesce("team_id", ''),"number");