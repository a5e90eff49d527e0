ALTER TABLE "room_lease" ALTER COLUMN "node_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "room_lease" DROP COLUMN "expires_at";