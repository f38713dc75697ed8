// slim.mjs SITE: makes the styles and scripts of a built SITE lighter, in place.
//
// Material's styles are those of every feature that it has, and a page shows nothing before it has
// them all. What neither a page nor a script of SITE names is taken out; a test compares the
// computed styles of pages with and without. What is left loses its comments and spaces.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { transformSync } from "esbuild";
import { PurgeCSS } from "purgecss";

const [site] = process.argv.slice(2);
if (site === undefined) {
  console.error("usage: slim.mjs SITE");
  process.exit(2);
}

const within = (...patterns) => patterns.map((pattern) => path.posix.join(site, pattern));

// Without the rules for what is written from right to left.
const leftToRight = (css) =>
  css.replace(/([^{}]+)(\{[^{}]*\})/g, (rule, selectors, body) => {
    if (!selectors.includes("[dir=rtl]") || selectors.includes("(")) return rule;
    const kept = selectors.split(",").filter((selector) => !selector.includes("[dir=rtl]"));
    return kept.length > 0 ? kept.join(",") + body : "";
  });

function write(file, text) {
  const loader = path.extname(file).slice(1);
  writeFileSync(file, transformSync(text, { loader, minify: true, charset: "utf8" }).code);
}

// What Material's script names and no page of ours has: features that mkdocs.yml doesn't ask for, and
// kinds of admonitions that Zenn doesn't know.
const NEVER = [
  ...["abstract", "info", "success", "question", "failure", "danger", "bug", "example", "quote"],
  ...["md-annotation", "md-version", "md-source", "md-tooltip", "md-tooltip2", "md-status", "md-banner", "md-tabs"]
    .map((name) => new RegExp(`^${name}(?:$|[-_])`)),
  ...["mermaid", "tabbed-", "keys", "md-feedback", "md-consent", "md-tags", "md-tag", "md-post"]
    .map((name) => new RegExp(`^${name}`)),
];

const styles = await new PurgeCSS().purge({
  blocklist: NEVER,
  content: within("**/*.html", "assets/*.js", "assets/javascripts/*.js"),
  css: within("assets/*.css", "assets/stylesheets/*.css"),
  keyframes: true,
});
if (styles.length === 0) {
  console.error(`${site} is no built site: it has no styles in assets/`);
  process.exit(1);
}

// Half of what is left are icons in variables of rules that have gone. One style sheet uses another's
// variables, so only all of them together tell which.
const all = styles.map(({ css }) => css).join("\n");
const used = Array.from(all.matchAll(/var\(\s*(--[\w-]+)/g), ([, name]) => name);
for (const { file, css } of styles) {
  const [{ css: left }] = await new PurgeCSS().purge({
    content: [],
    css: [{ raw: css }],
    safelist: { standard: [/.*/], variables: used },
    variables: true,
  });
  write(file, leftToRight(left));
}

for (const folder of ["assets", "assets/javascripts"]) {
  for (const name of readdirSync(path.join(site, folder)).filter((name) => name.endsWith(".js"))) {
    const script = path.join(site, folder, name);
    write(script, readFileSync(script, "utf8"));
  }
}
