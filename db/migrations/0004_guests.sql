CREATE TABLE "session_guest" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" text NOT NULL,
	"session_id" text NOT NULL,
	"person_id" text NOT NULL,
	"link_id" text NOT NULL,
	"level" text NOT NULL,
	"state" text NOT NULL,
	"admitted_by" text,
	"knocked_at" timestamp with time zone NOT NULL,
	"admitted_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"ended_by" text,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "session_link" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" text NOT NULL,
	"session_id" text NOT NULL,
	"token_hash" text NOT NULL,
	"level" text NOT NULL,
	"asks_first" boolean NOT NULL,
	"max_uses" integer,
	"uses" integer DEFAULT 0 NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	"revoked_by" text,
	CONSTRAINT "session_link_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
ALTER TABLE "person" ADD COLUMN "kind" text DEFAULT 'account' NOT NULL;--> statement-breakpoint
ALTER TABLE "session_guest" ADD CONSTRAINT "session_guest_session_id_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."session"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session_guest" ADD CONSTRAINT "session_guest_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."person"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session_guest" ADD CONSTRAINT "session_guest_link_id_session_link_id_fk" FOREIGN KEY ("link_id") REFERENCES "public"."session_link"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session_link" ADD CONSTRAINT "session_link_session_id_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."session"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session_link" ADD CONSTRAINT "session_link_created_by_person_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "session_guest_person_key" ON "session_guest" USING btree ("session_id","person_id");--> statement-breakpoint
CREATE INDEX "session_guest_person_idx" ON "session_guest" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "session_guest_link_idx" ON "session_guest" USING btree ("link_id");--> statement-breakpoint
CREATE INDEX "session_link_session_idx" ON "session_link" USING btree ("session_id");