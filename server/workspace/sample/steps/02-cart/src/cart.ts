import { formatAmount, parseAmount, sum, type Cents } from './money.ts';
import { taxOn, type TaxRate } from './tax.ts';

export type Line = { name: string; price: Cents; quantity: number };

export type Cart = { lines: Line[] };

export function emptyCart(): Cart {
  return { lines: [] };
}

/** Adds an article; the same article at the same price raises the quantity. */
export function addLine(cart: Cart, line: Line): Cart {
  let known = cart.lines.find((other) => other.name === line.name && other.price === line.price);
  if (!known) return { lines: [...cart.lines, line] };
  const quantity = known.quantity + line.quantity;
  return { lines: cart.lines.map((other) => (other === known ? { ...other, quantity } : other)) };
}

export function subtotal(cart: Cart): Cents {
  return sum(cart.lines.map((line) => line.price * line.quantity));
}

/** What the customer pays, tax included. */
export function total(cart: Cart, rate: TaxRate): Cents {
  let net = subtotal(cart);
  return net + taxOn(net, rate);
}

/** One line a person can read. */
export function describe(cart: Cart): string {
  const count = sum(cart.lines.map((line) => line.quantity));
  return `${count} articles, ${formatAmount(subtotal(cart))}`;
}
