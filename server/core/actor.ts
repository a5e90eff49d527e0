/** Who does something. The same shape stands in events, audit entries and provenance. */
export type Actor =
  | {
      kind: 'person';
      personId: string;
      name: string;
      email: string;
      /** Has no account, only the link of one session (docs/spec/access.md, "Guests"). */
      isGuest?: boolean;
    }
  | { kind: 'run'; runId: string; agent: string; personId: string }
  | { kind: 'system'; name: string };

/** What is stored beside a row or an event: stable, small, without an address. */
export type ActorRef = { kind: 'person' | 'run' | 'system'; id: string; name: string };

export function actorRef(actor: Actor): ActorRef {
  switch (actor.kind) {
    case 'person':
      return { kind: 'person', id: actor.personId, name: actor.name };
    case 'run':
      return { kind: 'run', id: actor.runId, name: actor.agent };
    case 'system':
      return { kind: 'system', id: actor.name, name: actor.name };
  }
}
