-- The record of a model call ends once and stays as it ended. One that was taken for interrupted may still get its figures.
create function model_call_has_ended() returns trigger language plpgsql as $$
begin
  raise exception 'model_call % has ended: its record is not changed', old.id using errcode = 'insufficient_privilege';
end $$;
--> statement-breakpoint
create trigger model_call_no_change before update on model_call
  for each row when (old.state not in ('started', 'interrupted')) execute function model_call_has_ended();
--> statement-breakpoint
revoke delete, truncate on model_call from ensemble_app;
