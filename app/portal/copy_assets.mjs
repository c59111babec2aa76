// Copies the pinned npm packages' files that the portal serves into static/vendor, each beside its licence.
import { cpSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

const here = (path) => new URL(path, import.meta.url).pathname;

const COPIES = [
  ["@digital-go-jp/design-tokens/dist/tokens.css", "design-tokens/tokens.css"],
  ["@digital-go-jp/design-tokens/LICENSE", "design-tokens/LICENSE"],
];

for (const [source, target] of COPIES) {
  const destination = here(`static/vendor/${target}`);
  mkdirSync(dirname(destination), { recursive: true });
  cpSync(here(`node_modules/${source}`), destination);
}
