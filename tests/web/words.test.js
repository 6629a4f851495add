// Every text in every language, and none that nobody asks for.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";
import { en } from "../../service/web/src/words/en.ts";
import { ja } from "../../service/web/src/words/ja.ts";

const SOURCES = new URL("../../service/web/src/", import.meta.url);
const files = (await readdir(SOURCES, { recursive: true })).filter((name) => /\.tsx?$/.test(name) && !/^words[/\\](en|ja)/.test(name));
const code = (await Promise.all(files.map((name) => readFile(new URL(name, SOURCES), "utf8")))).join("\n");
const SAME_IN_BOTH = new Set(["foot.api"]);
const FORMS = /\.(one|other)$/;

test("both languages have the same keys, in the same order", () => {
  assert.deepEqual(Object.keys(ja), Object.keys(en));
});

test("both languages fill in the same values", () => {
  const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
  for (const key of Object.keys(en)) assert.deepEqual(places(ja[key]), places(en[key]), key);
});

test("no text is left in one language", () => {
  for (const [key, text] of Object.entries(ja)) {
    if (SAME_IN_BOTH.has(key)) continue;
    assert.match(text, /[\u3040-\u30ff\u4e00-\u9fff]/, `${key} has no Japanese`);
    assert.doesNotMatch(en[key], /[\u3040-\u30ff\u4e00-\u9fff]/, `${key} has Japanese in English`);
    assert.notEqual(text, en[key], key);
  }
});

test("what is counted has a form for one and for many", () => {
  for (const key of Object.keys(en).filter((each) => each.endsWith(".one"))) assert.ok(key.replace(".one", ".other") in en, key);
});

test("every text is used", () => {
  // A key stands in the sources as it is, without its counted form, or with its last part computed.
  const computed = [...code.matchAll(/`([\w.]+\.)\$\{[^}]*\}([\w.]*)`/g)].map(([, head, tail]) => ({ head, tail }));
  const isComputed = (key) => computed.some(({ head, tail }) => key.startsWith(head) && key.endsWith(tail) && !key.slice(head.length, key.length - tail.length || undefined).includes("."));
  const stands = (key) => code.includes(`"${key}"`) || code.includes(`"${key.replace(FORMS, "")}"`) || isComputed(key);
  const isUsed = (key) => stands(key) || (key.endsWith(".detail") && stands(key.slice(0, -".detail".length)) && code.includes("${step.title}.detail"));
  assert.deepEqual(Object.keys(en).filter((key) => !isUsed(key)), []);
});

test("pages have no text of their own", () => {
  // Words between tags would be in one language only.
  const bare = [...code.matchAll(/<(?:p|h[1-6]|li|a|button|th|td|dt|label|span)[^<>{}]*>([^<>{}]*[A-Za-z]{3,}[^<>{}]*)<\//g)].map(([, text]) => text.trim());
  assert.deepEqual(bare.filter((text) => text !== "Creditline"), []);
});
