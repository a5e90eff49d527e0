import type { HouseEffect } from '@/server/core/guard/house-rule.ts';
import { opinionModes, type OpinionMode, type SecondOpinion } from '@/server/core/guard/second-opinion.ts';
import { visibleText } from '@/server/core/visible-text.ts';

const would: Readonly<Record<HouseEffect, string>> = { allow: 'allow it', ask: 'ask people', deny: 'deny it' };

/** "Second opinion (small-model): would ask people. Nobody asked for this." */
export const opinionText = ({ model, verdict, reason }: SecondOpinion): string =>
  `Second opinion (${model}): would ${would[verdict]}. ${visibleText(reason)}`;

const titles: Readonly<Record<OpinionMode, string>> = {
  off: 'Not asked',
  stricter: 'May be stricter than the guard',
  both: 'May also let through what the guard would ask about',
};
export const opinionChoices = opinionModes.map((value) => ({ value, label: titles[value] }));
export const isOpinionMode = (value: string | null): value is OpinionMode =>
  opinionModes.some((mode) => mode === value);
