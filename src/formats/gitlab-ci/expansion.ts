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

const form = /\$\[\[\s*inputs\.([\w-]+)\s*(?:\|\s*expand_vars\s*)?\]\]|\$\[\[[^\][]*\]\]|\$\$|\$([A-Za-z_]\w*)|\$\{([A-Za-z_]\w*)\}|%([A-Za-z_]\w*)%|\$/g

/** Variables that are read for one text: what reads itself ends here. */
const mostReads = 30
const longest = 10_000

/** `text` with variables and inputs replaced, also those in their values. What GitLab and its users set outside of the file is `unset`. */
export function resolve(text: Sourced, variables: Variables, inputs: Inputs): Resolved {
  const unset = new Set<string>()
  let left = mostReads
  const replaced = (source: Sourced): Sourced => {
    const out = new SourcedBuilder()
    let done = 0
    for (const found of source.text.matchAll(form)) {
      const [whole, input, ...names] = found
      const name = names.find((one) => one !== undefined)
      out.addAll(source, done, found.index)
      done = found.index + whole.length
      const value = input !== undefined ? inputs.get(input) : name !== undefined ? variables.get(name) : null
      if (value === undefined || value === null || --left < 0 || out.length > longest) unset.add(name ?? whole)
      else out.addAll(replaced(value))
      if (left < 0) break
    }
    out.addAll(source, done)
    return out.take()
  }
  const proxied = dockerHub.exec(text.text)
  return { value: replaced(proxied === null ? text : part(text, proxied[0].length)), unset }
}
