/** Which paths may hold a Dockerfile, and how much the name alone says. */

const named = /^(?:docker|container)file(?:[._-].+)?$/i
const templateEnding = /\.(?:j2|jinja2?|template|tmpl|gotmpl|tpl|in|erb|ejs|mustache|hbs|handlebars|liquid|twig|m4)$/i
const suffixed = /.\.(?:docker|container)file$/i
/** What is written about Dockerfiles, and files of other formats that are called after them (`dockerfile-lint.yml`). */
const isOther =
  /\.(?:(?:docker|container)ignore|md|mdx|markdown|rst|adoc|asciidoc|html?|ya?ml|json5?|jsonc|toml|xml|lock|svg|png|jpe?g|gif|webp|pdf|css|scss|sarif|csv|sum|sha256|sig|asc)$/i
/** `Dockerfile.go` builds something of Go in most repos, and is a source file in some: what stands in it tells. */
const isSource =
  /\.(?:go|py|pyi|ts|tsx|mts|cts|js|jsx|mjs|cjs|java|kt|kts|groovy|scala|rb|rs|c|cc|cpp|h|hpp|cs|fs|php|pl|pm|lua|swift|dart|ex|exs|erl|hs|ml|clj|r|jl|sh|bash|zsh|fish|ps1|psm1|bat|cmd|vim|el|snap|vue|tf|diff|patch|log|txt)$/i

/** What the name of a path says: `sure` for one called just so, `template` for what a program fills in first, `source` where it may as well be a program. */
export type DockerfileName = 'sure' | 'variant' | 'template' | 'source'

/** Null for a path that is none: `Dockerfile`, `Containerfile`, each with more behind `.`, `-` or `_`, and `*.dockerfile`, in any case, templates of these too. */
export function dockerfileName(path: string): DockerfileName | null {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const filled = name.replace(templateEnding, '')
  if (isOther.test(filled) || (!named.test(filled) && !suffixed.test(filled))) return null
  if (filled !== name) return 'template'
  if (isSource.test(name)) return 'source'
  return /^(?:docker|container)file$/i.test(name) || suffixed.test(name) ? 'sure' : 'variant'
}
