import assert from "node:assert/strict";
import { test } from "node:test";
import { inTokens, readAmount, shorten, writeAmount, writeShare, writeSpan } from "../../service/web/src/lib/format.ts";

test("amounts are exact at any size", () => {
  assert.equal(inTokens(1_234_500n, 6), "1.2345");
  assert.equal(inTokens(0n, 6), "0");
  assert.equal(inTokens(1n, 18), "0.000000000000000001");
  assert.equal(inTokens(-5n, 1), "-0.5");
  assert.equal(inTokens(7n, 0), "7");
  assert.equal(inTokens(2n ** 96n, 18), "79228162514.264337593543950336");
});

test("people never see more than there is, and never nothing where there is something", () => {
  assert.equal(writeAmount(1_999_999n, 6, "en", 2), "1.99");
  assert.equal(writeAmount(1n, 18, "en"), "< 0.0001");
  assert.equal(writeAmount(0n, 18, "en"), "0");
  assert.equal(writeAmount(1_234_567_890_123_456_789_012_345_678n, 18, "en", 2), "1,234,567,890.12");
  assert.equal(writeAmount(12_345n, 0, "ja"), "12,345");
});

test("what is typed becomes the smallest unit, or is refused", () => {
  assert.equal(readAmount("100", 6), 100_000_000n);
  assert.equal(readAmount(" 0.5 ", 6), 500_000n);
  assert.equal(readAmount("1.", 2), 100n);
  for (const text of ["", "0", "-1", "1e3", "1.0000001", "abc", "1,5", "9".repeat(25), "0x10"]) assert.equal(readAmount(text, 6), null, text);
});

test("shares are percentages with two decimals", () => {
  assert.equal(writeShare(1_000_000, "en"), "100.00%");
  assert.equal(writeShare(1, "en"), "0.00%");
  assert.equal(writeShare(123_456, "en"), "12.35%");
});

test("long values are shown by their ends", () => {
  assert.equal(shorten(`0x${"ab".repeat(32)}`), "0xababab…ababab");
  assert.equal(shorten("short"), "short");
});

test("spans are in their largest unit", () => {
  assert.equal(writeSpan(3600, "en"), "1 hour");
  assert.equal(writeSpan(86_400 * 3, "ja"), "3 日");
  assert.equal(writeSpan(0, "en"), "0 seconds");
});
