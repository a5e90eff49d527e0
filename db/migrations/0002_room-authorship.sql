CREATE TABLE "file_authorship" (
	"session_id" text NOT NULL,
	"path" text NOT NULL,
	"blob" text NOT NULL,
	"team_id" text NOT NULL,
	"runs" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "file_authorship_session_id_path_blob_pk" PRIMARY KEY("session_id","path","blob")
);
--> statement-breakpoint
CREATE TABLE "room_contribution" (
	"session_id" text NOT NULL,
	"file_id" text NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"kind" text NOT NULL,
	"team_id" text NOT NULL,
	"last_update_id" bigint NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	CONSTRAINT "room_contribution_session_id_file_id_actor_kind_actor_id_kind_pk" PRIMARY KEY("session_id","file_id","actor_kind","actor_id","kind")
);
--> statement-breakpoint
ALTER TABLE "room_snapshot" ADD COLUMN "authorship" "bytea";--> statement-breakpoint
ALTER TABLE "room_update" ADD COLUMN "file_ids" text[] DEFAULT '{}'::text[] NOT NULL;--> statement-breakpoint
ALTER TABLE "room_update" ADD COLUMN "credits" jsonb;--> statement-breakpoint
ALTER TABLE "file_authorship" ADD CONSTRAINT "file_authorship_session_id_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."session"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "room_contribution" ADD CONSTRAINT "room_contribution_session_id_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."session"("id") ON DELETE cascade ON UPDATE no action;