// Canonical JSON (RFC 8785) of integers, strings, lists and objects: one spelling, so that a hash names one document.
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export function encode(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(encode).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value as { [name: string]: Json });
    entries.sort(([one], [other]) => (one < other ? -1 : 1)); // by UTF-16 code units, as the standard has it
    return `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${encode(each)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

/** Text that is UTF-8 and nothing else. Throws a RangeError. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new RangeError("not UTF-8");
  }
}
