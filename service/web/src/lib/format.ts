// How numbers that matter are written. Amounts stay exact: they are decimal text, never floating point.

/** An amount in a token's smallest unit, as whole tokens: `1234500` with 6 decimals is `1.2345`. */
export function inTokens(units: bigint, decimals: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const part = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return `${units < 0n ? "-" : ""}${whole}${part && `.${part}`}`;
}

/** The same for people: grouped, with as many decimals as the amount needs. Amounts below what is shown say so with "<". */
export function writeAmount(units: bigint, decimals: number, language: string, places = 4): string {
  const exact = inTokens(units, decimals);
  const smallest = 10n ** BigInt(Math.max(0, decimals - places));
  const size = units < 0n ? -units : units;
  if (size > 0n && size < smallest) return `< ${inTokens(smallest, decimals)}`;
  // NumberFormat takes decimal text exactly; rounding down never shows more than there is.
  const least = exact.includes(".") ? Math.min(2, decimals, places) : 0;
  const format = new Intl.NumberFormat(language, { minimumFractionDigits: least, maximumFractionDigits: places, roundingMode: "trunc" } as Intl.NumberFormatOptions);
  return format.format(exact as unknown as number);
}

/** Parts per million as a percentage with two decimals. */
export function writeShare(ppm: number, language: string): string {
  const format = { style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2 } as const;
  return new Intl.NumberFormat(language, format).format(ppm / 1_000_000);
}

/** The ends of a long hash or CID, which is how people compare them. */
export function shorten(text: string, ends = 6): string {
  const head = text.startsWith("0x") ? ends + 2 : ends;
  return text.length <= head + ends + 1 ? text : `${text.slice(0, head)}…${text.slice(-ends)}`;
}

export function writeTime(second: number, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(second * 1000);
}

export function writeDate(second: number, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(second * 1000);
}

export function writeBytes(bytes: number, language: string): string {
  const [unit, size] = bytes < 1e6 ? ["kilobyte", bytes / 1e3] as const : ["megabyte", bytes / 1e6] as const;
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 1 }).format(size);
}

/** A length of time in its largest unit. */
export function writeSpan(seconds: number, language: string): string {
  const units = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]] as const;
  const [unit, size] = units.find(([, each]) => seconds >= each) ?? units[3];
  const style = { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 } as const;
  return new Intl.NumberFormat(language, style).format(Math.round(seconds / size));
}

/** What somebody typed as whole tokens, in the smallest unit; null where it is no positive amount that the token can hold. */
export function readAmount(text: string, decimals: number): bigint | null {
  const found = /^(\d{1,20})(?:\.(\d*))?$/.exec(text.trim());
  if (!found || (found[2]?.length ?? 0) > decimals) return null;
  const units = BigInt(found[1]! + (found[2] ?? "").padEnd(decimals, "0"));
  return units > 0n && units < 2n ** 96n ? units : null;
}
