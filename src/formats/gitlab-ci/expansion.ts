/** Variables and inputs in the texts of a pipeline (https://docs.gitlab.com/ci/variables/where_variables_can_be_used/, https://docs.gitlab.com/ci/inputs/). */
import { part, type Sourced, SourcedBuilder } from '../sourced.ts'
import { at, entriesAt, type Tree } from '../tree.ts'
import type { Resolved } from '../use-reader.ts'
import { scalarText } from '../yaml-number.ts'
import type { Variables } from './jobs.ts'

/** The inputs of a file that have a default. */
export type Inputs = ReadonlyMap<string, Sourced>

/** The defaults in the header of a file (`spec:inputs`). */
export function inputsOf(documents: readonly Tree[]): Inputs {
  const inputs = documents.flatMap((document) => entriesAt(document, 'spec', 'inputs'))
  return new Map(
    inputs.flatMap(({ key, value }): readonly (readonly [string, Sourced])[] => {
      const text = scalarText(at(value, 'default'))
      return text === null ? [] : [[key, text]]
    }),
  )
}

/** The prefix under which GitLab passes on images of Docker Hub, of no other registry (https://docs.gitlab.com/user/packages/dependency_proxy/). */
const dockerHub = /^\$(?:(?:CI_DEPENDENCY_PROXY_(?:DIRECT_)?GROUP_IMAGE_PREFIX)|\{CI_DEPENDENCY_PROXY_(?:DIRECT_)?GROUP_IMAGE_PREFIX\})\//

const form = /\$\[\[\s*inputs\.([\w-]+)\s*(?:\|\s*expand_vars\s*)?\]\]|\$\[\[.*?\]\]|\$\$|\$([A-Za-z_]\w*)|\$\{([A-Za-z_]\w*)\}|%([A-Za-z_]\w*)%|\$/g

const deepest = 20
const longest = 10_000

/** `text` with variables and inputs replaced, also those in their values. What GitLab and its users set outside of the file is `unset`. */
export function resolve(text: Sourced, variables: Variables, inputs: Inputs, depth = 0): Resolved {
  const unset = new Set<string>()
  const proxied = dockerHub.exec(text.text)
  const source = proxied === null ? text : part(text, proxied[0].length)
  const out = new SourcedBuilder()
  let done = 0
  for (const found of source.text.matchAll(form)) {
    const [whole, input, ...names] = found
    const name = names.find((one) => one !== undefined)
    out.addAll(source, done, found.index)
    done = found.index + whole.length
    const value = input !== undefined ? inputs.get(input) : name !== undefined ? variables.get(name) : null
    if (value === undefined || value === null || depth > deepest || out.length > longest) unset.add(name ?? whole)
    else {
      const inner = resolve(value, variables, inputs, depth + 1)
      for (const one of inner.unset) unset.add(one)
      out.addAll(inner.value)
    }
  }
  out.addAll(source, done)
  return { value: out.take(), unset }
}
