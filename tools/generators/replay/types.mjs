// For clients that decode by JSON.parse alone: each recorded body must have the type that the client gives it.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { corpus } from "./replay.mjs";

// A literal of a constant is readonly, and it may have members that the type does not name.
const CHECK =
  "type Deep<T> = T extends readonly (infer U)[] ? readonly Deep<U>[] : " +
  "[keyof T] extends [never] ? T : T extends object ? { readonly [K in keyof T]: Deep<T[K]> } & { readonly [name: string]: unknown } : T; " +
  "const check = <T>(_: Deep<T>) => {};";

/** Compiles all bodies; returns what `replay` calls for each: the body, or the first error of its line, the cause first. */
export function typed(imports, type) {
  const lines = corpus().map(({ schema, list, body }) => {
    // These two end a line for the compiler.
    const literal = body.replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
    return `check<${type(schema)}${list ? "[]" : ""}>(${literal} as const);`;
  });
  writeFileSync("corpus.ts", [imports, CHECK, ...lines].join("\n"));
  const tsc = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--lib", "es2022,dom,dom.iterable"];
  const options = ["--module", "esnext", "--moduleResolution", "bundler", "--pretty", "false", "corpus.ts"];
  const { stdout, error } = spawnSync("node_modules/.bin/tsc", [...tsc, ...options], { maxBuffer: 1 << 28 });
  if (error) throw error;
  const errors = new Map();
  // The last of the lines below an error, which are indented, says what is wrong.
  for (const [, file, line, message] of String(stdout).matchAll(/^(\S+?)\((\d+),\d+\): (error .*(?:\n +.*)*)$/gm)) {
    if (file !== "corpus.ts" || line <= 2) throw new Error(`${file}: ${message}`);
    if (!errors.has(line - 3)) errors.set(line - 3, message.split("\n").reverse().map((part) => part.trim()).join(" "));
  }
  return (_, body, index) => {
    if (errors.has(index)) throw new Error(errors.get(index));
    return body;
  };
}
