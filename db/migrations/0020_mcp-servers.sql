CREATE TABLE "mcp_server" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"source" jsonb NOT NULL,
	"args" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"env_sealed" text,
	"env_names" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"is_always_given" boolean DEFAULT false NOT NULL,
	"team_ids" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"project_ids" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"read_tools" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"other_tools" text DEFAULT 'ask' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"tools" jsonb,
	"tried_at" timestamp with time zone,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "mcp_server_name_key" ON "mcp_server" USING btree ("name");