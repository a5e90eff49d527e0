ALTER TABLE "agent_thread" ADD COLUMN "restored_to_run_id" text;--> statement-breakpoint
ALTER TABLE "agent_thread" ADD COLUMN "restored_at" timestamp with time zone;