// Reads every published document with swagger-parser, scalar and Postman's converter; prints each finding as a line of JSON.
//
//     node documents.mjs FOLDER

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import SwaggerParser from "@apidevtools/swagger-parser";
import { validate } from "@scalar/openapi-parser";
import postman from "openapi-to-postmanv2";

const folder = process.argv[2];
const METHODS = new Set(["get", "put", "post", "delete", "patch"]);

function find(place, finding) {
  console.log(JSON.stringify({ place, finding }));
}

/** Counts the requests of a collection and of its folders. */
function requests(items) {
  return items.reduce((sum, item) => sum + (item.item ? requests(item.item) : 1), 0);
}

for (const name of readdirSync(folder).filter((name) => /^dify-.*\.json$/.test(name))) {
  const text = readFileSync(join(folder, name), "utf8");
  const document = JSON.parse(text);
  const operations = Object.values(document.paths).flatMap((item) => Object.keys(item)).filter((it) => METHODS.has(it));

  await SwaggerParser.validate(structuredClone(document)).catch((error) => find(`swagger-parser ${name}`, error.message));

  const { valid, errors } = await validate(text);
  if (!valid) for (const error of errors ?? []) find(`scalar ${name}`, error.message);

  const converted = await new Promise((done) => {
    postman.convert({ type: "string", data: text }, {}, (error, result) => done(error ? { reason: String(error) } : result));
  });
  const made = converted.result ? requests(converted.output[0].data.item) : 0;
  if (made !== operations.length) {
    find(`openapi-to-postmanv2 ${name}`, converted.reason ?? `${made} requests of ${operations.length} operations`);
  }
}
