/** How much harm a project's text does in the wrong hands, from least to most. */
export const sensitivities = ['open', 'internal', 'restricted'] as const;
export type Sensitivity = (typeof sensitivities)[number];

/** True when `to` protects the project less than `from` does. */
export function isLoosening(from: Sensitivity, to: Sensitivity): boolean {
  return sensitivities.indexOf(to) < sensitivities.indexOf(from);
}
