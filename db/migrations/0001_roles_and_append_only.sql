-- The application's role: no login, owns nothing. Every connection of the application does `set role ensemble_app`.
do $$
begin
  create role ensemble_app nologin;
exception when duplicate_object or unique_violation then null;
end $$;
--> statement-breakpoint
do $$
begin
  if not (select rolsuper from pg_roles where rolname = current_user) then
    begin
      -- Whoever makes a role may hand it on, from Postgres 16 on also to themselves, and only then take it.
      execute format('grant ensemble_app to %I', current_user);
    exception when insufficient_privilege then
      -- Someone else made the role. Whether this user may take it shows at the first connection.
      null;
    end;
  end if;
end $$;
--> statement-breakpoint
grant usage on schema public to ensemble_app;
--> statement-breakpoint
grant select, insert, update, delete on all tables in schema public to ensemble_app;
--> statement-breakpoint
grant usage, select on all sequences in schema public to ensemble_app;
--> statement-breakpoint
alter default privileges in schema public grant select, insert, update, delete on tables to ensemble_app;
--> statement-breakpoint
alter default privileges in schema public grant usage, select on sequences to ensemble_app;
--> statement-breakpoint
create function audit_entry_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'audit_entry is append-only: % is refused', tg_op using errcode = 'insufficient_privilege';
end $$;
--> statement-breakpoint
create trigger audit_entry_no_change before update or delete on audit_entry
  for each row execute function audit_entry_is_append_only();
--> statement-breakpoint
create trigger audit_entry_no_truncate before truncate on audit_entry
  for each statement execute function audit_entry_is_append_only();
--> statement-breakpoint
revoke update, delete, truncate on audit_entry from ensemble_app;
--> statement-breakpoint
-- Makes the partitions of this month and the `months` after it. Called by the database's owner at each start and each
-- day. A month that began in the default partition stays there.
create function ensure_audit_partitions(months integer) returns void language plpgsql as $$
declare
  month date;
  partition text;
begin
  for i in 0..months loop
    month := (date_trunc('month', now() at time zone 'utc') + make_interval(months => i))::date;
    partition := 'audit_entry_' || to_char(month, 'YYYY_MM');
    if to_regclass(partition) is null then
      begin
        execute format('create table %I partition of audit_entry for values from (%L) to (%L)',
          partition, month || ' 00:00:00+00', (month + interval '1 month')::date || ' 00:00:00+00');
        execute format('revoke update, delete, truncate on %I from ensemble_app', partition);
        execute format('create trigger audit_entry_no_truncate before truncate on %I for each statement execute function audit_entry_is_append_only()', partition);
      exception when check_violation or duplicate_table then null;
      end;
    end if;
  end loop;
end $$;
--> statement-breakpoint
create table audit_entry_default partition of audit_entry default;
--> statement-breakpoint
revoke update, delete, truncate on audit_entry_default from ensemble_app;
--> statement-breakpoint
create trigger audit_entry_no_truncate before truncate on audit_entry_default
  for each statement execute function audit_entry_is_append_only();
--> statement-breakpoint
select ensure_audit_partitions(3);
