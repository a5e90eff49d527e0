import { customType, text, timestamp } from 'drizzle-orm/pg-core';

/** Column shapes that every table shares. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
export const createdAt = () => instant('created_at').notNull().defaultNow();
export const id = () => text('id').primaryKey();

/** Raw bytes; `pg` hands them over as a Buffer, which is a Uint8Array. */
export const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });
