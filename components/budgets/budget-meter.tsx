'use client';

import { Text } from '@mantine/core';
import { moneyText } from '@/server/core/budget.ts';
import { sharesOf, type Meter } from './budget-words.ts';
import classes from './budgets.module.css';

/** How much of a limit is spent and set aside, as a bar and in figures. */
export function BudgetMeter({ meter, limitMicroUsd }: { meter: Meter; limitMicroUsd: number }) {
  const { spent, reserved } = sharesOf(meter, limitMicroUsd);
  const { spentMicroUsd, reservedMicroUsd, forecastMicroUsd } = meter;
  const willExceed = forecastMicroUsd !== null && forecastMicroUsd > limitMicroUsd && spentMicroUsd < limitMicroUsd;
  const notes = [
    reservedMicroUsd > 0 ? `${moneyText(reservedMicroUsd)} set aside by calls under way` : '',
    willExceed ? `going on like this, ${moneyText(forecastMicroUsd)} by the end of the month` : '',
  ].filter((note) => note !== '');
  return (
    <li className={classes.meter}>
      <Text className={classes.meterName} title={meter.name}>
        {meter.name}
      </Text>
      <Text className="ens-tabular" {...(spent >= 100 && { c: 'var(--mantine-color-error)' })}>
        {moneyText(spentMicroUsd)} of {moneyText(limitMicroUsd)}
      </Text>
      <div
        className={classes.bar}
        role="meter"
        aria-label={`${meter.name}: spent`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(spent)}
        aria-valuetext={`${moneyText(spentMicroUsd)} of ${moneyText(limitMicroUsd)}`}
      >
        <div
          className={classes.spent}
          data-level={spent >= 100 ? 'over' : spent >= 80 ? 'high' : undefined}
          style={{ width: `${spent}%` }}
        />
        <div className={classes.reserved} style={{ width: `${reserved}%` }} />
      </div>
      {notes.length > 0 && (
        <Text size="xs" c="dimmed" className={classes.note}>
          {notes.join(' · ')}
        </Text>
      )}
    </li>
  );
}
