/** Reads os-release files (https://www.freedesktop.org/software/systemd/man/latest/os-release.html) without running a shell. */
import type { Distro } from './distro.ts'

/** More than any distribution writes; beyond it a file is no os-release. */
const longestFile = 64 * 1024
/** Longest value that is kept; a longer one counts as absent. */
const longestValue = 256

/**
 * What the file says, or null when there is no assignment in it at all. Quotes, escapes, comments and CRLF as a shell would read them; nothing is expanded;
 * a later assignment wins; a line that is not an assignment is passed over. `ID` is `linux` where it is missing or not a word of `a-z0-9._-`, as the
 * specification has it, and a `VERSION_ID` or codename with other characters than versions have counts as absent.
 */
export function parseOsRelease(text: string): Distro | null {
  if (text.length > longestFile) return null
  const fields = new Map<string, string>()
  for (const line of text.split(/\r\n|\n|\r/)) {
    const found = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line.trim())
    const value = found === null ? null : shellWord(found[2] ?? '')
    if (found !== null && value !== null && value.length <= longestValue) fields.set(found[1] ?? '', value)
  }
  if (fields.size === 0) return null
  const kept = (name: string, form: RegExp): string | null => {
    const value = fields.get(name)
    return value !== undefined && form.test(value) ? value : null
  }
  return {
    id: kept('ID', word) ?? 'linux',
    versionId: kept('VERSION_ID', version),
    codename: kept('VERSION_CODENAME', word),
    idLike: (fields.get('ID_LIKE') ?? '').split(/\s+/).filter((id) => word.test(id)),
    prettyName: kept('PRETTY_NAME', /./),
    cpeName: kept('CPE_NAME', /^cpe:/),
  }
}

const word = /^[a-z0-9._-]+$/
const version = /^[A-Za-z0-9._~+-]+$/

/** The first word of an assignment's right side, unquoted; null where a quote is left open. */
function shellWord(text: string): string | null {
  const quote = text[0] === '"' || text[0] === "'" ? text[0] : null
  if (quote === "'") {
    const end = text.indexOf("'", 1)
    return end < 0 ? null : text.slice(1, end)
  }
  let value = ''
  for (let at = quote === null ? 0 : 1; at < text.length; at += 1) {
    const character = text[at] ?? ''
    if (character === quote) return value
    if (quote === null && /\s/.test(character)) return value
    const next = text[at + 1]
    if (character === '\\' && next !== undefined && (quote === null || '"\\$`'.includes(next))) {
      value += next
      at += 1
    } else value += character
  }
  return quote === null ? value : null
}
