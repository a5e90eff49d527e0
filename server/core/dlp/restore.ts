import { addressWatch, type AddressWatch } from './address-watch.ts';
import type { LiteralIndex } from './literal-index.ts';

/** A piece of a streamed answer; pieces of one channel make one text. */
export type AnswerPiece = { channel: string; role: string; isJson: boolean; toolName?: string; text: string };

/** Sees the texts of a stream as they pass: `push` returns what may go on, `end` what was still held of a channel. */
export type Restorer = { push(piece: AnswerPiece): string; end(channel: string): string };

/** What a placeholder stands for. */
export type Masked = { value: string };

type RestoreRules = {
  placeholders: LiteralIndex<Masked>;
  /** Whether real values may stand in this text. Asked once a channel. */
  mayRestore: (piece: AnswerPiece) => boolean;
};

type Channel = { held: string; isJson: boolean; restores: boolean; address: AddressWatch | undefined };

/**
 * Puts real values in the place of placeholders, however the stream is cut. Held back is only what may still become a
 * placeholder. In JSON the value is escaped as JSON escapes it. In prose a placeholder within an address stays: whoever shows
 * the answer may fetch it.
 */
export function createRestorer({ placeholders, mayRestore }: RestoreRules): Restorer {
  const channels = new Map<string, Channel>();

  function channelOf(piece: AnswerPiece): Channel {
    const known = channels.get(piece.channel);
    if (known) return known;
    const isProse = piece.role === 'assistant' && !piece.isJson;
    const address = isProse ? addressWatch() : undefined;
    const opened = { held: '', isJson: piece.isJson, restores: mayRestore(piece), address };
    channels.set(piece.channel, opened);
    return opened;
  }

  return {
    push(piece) {
      if (placeholders.size === 0) return piece.text;
      const channel = channelOf(piece);
      if (!channel.restores) return piece.text;
      const text = channel.held + piece.text;
      const open = openAfterMatches(text, placeholders);
      channel.held = text.slice(open);
      return restoreIn(text.slice(0, open), channel, placeholders);
    },
    end(name) {
      const channel = channels.get(name);
      channels.delete(name);
      return channel ? restoreIn(channel.held, channel, placeholders) : '';
    },
  };
}

/** What belongs to a whole placeholder does not begin another one. */
export function openAfterMatches(text: string, placeholders: LiteralIndex<unknown>): number {
  const last = placeholders.findAll(text).at(-1)?.end ?? 0;
  return last + placeholders.openFrom(text.slice(last));
}

function restoreIn(text: string, channel: Channel, placeholders: LiteralIndex<Masked>): string {
  let restored = '';
  let at = 0;
  for (const { start, end, value: masked } of placeholders.findAll(text)) {
    const before = text.slice(at, start);
    channel.address?.see(before);
    const stays = channel.address?.isWithin() === true;
    restored += before + (stays ? text.slice(start, end) : writtenIn(channel, masked.value));
    channel.address?.see(text.slice(start, end));
    at = end;
  }
  channel.address?.see(text.slice(at));
  return restored + text.slice(at);
}

const writtenIn = ({ isJson }: Channel, value: string) => (isJson ? JSON.stringify(value).slice(1, -1) : value);
