import { setTimeout as delay } from 'node:timers/promises';
import { and, asc, eq, isNull } from 'drizzle-orm';
import * as Y from 'yjs';
import { schema, type Database } from '../../db/client.ts';
import { seedSession } from '../../db/testing-seeds.ts';
import { findOwner } from '../../server/collab/lease.ts';
import { serverClientId } from '../../server/collab/room-document.ts';
import { createRoomStore } from '../../server/collab/room-store.ts';
import type { Context } from '../../server/context.ts';
import { isAppError } from '../../server/core/errors.ts';
import { issueTicket } from '../../server/sessions/issue-ticket.ts';
import { openFile } from '../../server/sessions/open-file.ts';
import type { Cluster, WebProcess } from './cluster.ts';
import { Evidence } from './evidence.ts';
import { addEvents } from './outcome.ts';
import { below, random, type Random } from './random.ts';
import { RealClient } from './real-client.ts';

/** What schedules with real processes share. */
export type RealGround = {
  db: Database;
  cluster: Cluster;
  teamId: string;
  projectId: string;
  owner: string;
  repo: string;
  people: readonly Context[];
};

const firstFiles = {
  'src/main.ts': 'export const first = 1;\nexport const second = 2;\n',
  'README.md': '# Title\n\nwords 👋\n',
  'notes/ünïcode.txt': 'first line\nsecond line\nthird line\n',
};

const patienceMs = 15_000;

/** One session with its people, on a cluster that other schedules use at the same time. */
export class RealWorld {
  readonly ground: RealGround;
  readonly next: Random;
  readonly evidence = new Evidence();
  readonly clients: RealClient[] = [];
  readonly happened = new Map<string, number>();
  readonly sessionId: string;
  /** Answers that are still awaited: of commands, and of processes that wake up some time. */
  readonly #awaited = new Set<Promise<unknown>>();

  private constructor(ground: RealGround, seed: number, sessionId: string) {
    this.ground = ground;
    this.next = random(seed);
    this.sessionId = sessionId;
  }

  static async create(ground: RealGround, seed: number): Promise<RealWorld> {
    const { teamId, projectId, repo, owner } = ground;
    const sessionId = await seedSession(ground, { teamId, projectId, repo, owner, files: firstFiles });
    const world = new RealWorld(ground, seed, sessionId);
    for (const path of Object.keys(firstFiles)) world.ask('open', (ctx) => openFile(ctx, { sessionId, path }));
    const people = 3 + world.below(3);
    for (let at = 0; at < people; at++) await world.addClient();
    // Most schedules begin when everybody sees a text, some before.
    const until = performance.now() + (world.next() < 0.8 ? patienceMs : 0);
    const seesNothing = (client: RealClient) => client.texts().length === 0;
    while (performance.now() < until && world.clients.some(seesNothing)) await delay(10);
    return world;
  }

  below(limit: number): number {
    return below(this.next, limit);
  }

  count(event: string): void {
    addEvents(this.happened, [[event, 1]]);
  }

  person(): Context {
    const ctx = this.ground.people[this.below(this.ground.people.length)];
    if (!ctx) throw new Error('nobody is there');
    return ctx;
  }

  async addClient(): Promise<RealClient> {
    const { sessionId, evidence } = this;
    const { ticket, clientId } = await issueTicket(this.person(), { sessionId });
    const { url } = this.ground.cluster;
    const client = new RealClient({ url, sessionId, ticket, clientId, isOurs: this.next() < 0.5, evidence });
    this.clients.push(client);
    return client;
  }

  /** Asks the room for something; it may refuse, or answer too late, but nothing else may go wrong. */
  ask(what: string, command: (ctx: Context) => Promise<unknown>): void {
    const asked = command(this.person()).then(
      () => this.count(`command ${what}`),
      (error: unknown) => {
        if (!isAppError(error)) this.evidence.accuse(`command ${what}: ${String(error)}`);
      },
    );
    this.await(asked);
  }

  await(work: Promise<unknown>): void {
    this.#awaited.add(work);
    void work.finally(() => this.#awaited.delete(work));
  }

  async nothingAwaited(): Promise<void> {
    while (this.#awaited.size > 0) await Promise.allSettled(this.#awaited);
  }

  /** The process that owns this session's room. */
  async ownerProcess(): Promise<WebProcess | undefined> {
    const owner = await findOwner(this.ground.db, this.sessionId);
    return owner && this.ground.cluster.ownerAt(owner.address);
  }

  /** The document as the rows have it; all that was seen or called saved before is in it. */
  async storedDocument(): Promise<Y.Doc> {
    const known = this.evidence.soFar();
    const stored = await createRoomStore(this.ground.db).load(this.sessionId);
    const doc = new Y.Doc();
    if (stored?.snapshot) Y.applyUpdate(doc, stored.snapshot);
    for (const { update } of stored?.updates ?? []) Y.applyUpdate(doc, update);
    known.requireIn(doc);
    return doc;
  }

  /** Rows come from one owner after the other, and hold what their author wrote. */
  async judgeRows(): Promise<void> {
    const { roomUpdate, roomClient } = schema;
    const { db } = this.ground;
    const rows = await db
      .select()
      .from(roomUpdate)
      .where(eq(roomUpdate.sessionId, this.sessionId))
      .orderBy(asc(roomUpdate.id));
    const ids = await db.select().from(roomClient).where(eq(roomClient.sessionId, this.sessionId));
    const ownerOf = new Map(ids.map((row) => [row.clientId, `${row.actorKind}:${row.actorId}`]));
    let fence = 0;
    for (const row of rows) {
      if (row.fence < fence) throw new Error(`a former owner wrote row ${row.id} under fence ${row.fence}`);
      fence = row.fence;
      for (const { id } of Y.decodeUpdate(row.update).structs) {
        if (id.client === serverClientId) continue;
        if (ownerOf.get(id.client) !== `${row.actorKind}:${row.actorId}`)
          throw new Error(`row ${row.id} of ${row.actorId} has text of client ${id.client}`);
      }
    }
  }

  /** Paths by file id, as the server has them. */
  async storedPaths(): Promise<[string, string][]> {
    const { roomFile } = schema;
    const rows = await this.ground.db
      .select({ fileId: roomFile.fileId, path: roomFile.path })
      .from(roomFile)
      .where(and(eq(roomFile.sessionId, this.sessionId), isNull(roomFile.removedAt)));
    return rows.map(({ fileId, path }) => [fileId, path]);
  }

  async hasQueuedCommands(): Promise<boolean> {
    const { roomCommand } = schema;
    const rows = await this.ground.db
      .select({ id: roomCommand.id })
      .from(roomCommand)
      .where(and(eq(roomCommand.sessionId, this.sessionId), eq(roomCommand.state, 'queued')));
    return rows.length > 0;
  }

  /** @throws what went wrong beside the schedule */
  requireInnocence(): void {
    this.evidence.requireInnocence();
    const [crash] = this.ground.cluster.crashes;
    if (crash !== undefined) throw new Error(crash);
    for (const { clientId, endedWith } of this.clients) {
      if (endedWith !== undefined) throw new Error(`client ${clientId} was sent away with ${endedWith}`);
    }
  }

  /** Time in which sockets deliver. */
  async pass(atMostMs: number): Promise<void> {
    await delay(this.below(atMostMs + 1));
  }

  destroy(): void {
    for (const client of this.clients) client.crash();
  }
}
