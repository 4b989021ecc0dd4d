/** Numbers that stand alone in a tag: version, rebuild, release of a distribution, or part of the variant. */
import { isCommit, isUnnumbered, numbersOf, plain, type TagContext, type TagField } from './tag-field.ts'
import { numberedRelease } from './tag-release.ts'
import { windowsReleases, windowsWords } from './tag-words.ts'

/** What a number alone means, `v` in front of it or not: the version if it is the first, else by what stands around it. */
export function numberField(before: string, v: string, digits: string, context: TagContext): TagField {
  const { last, version, names } = context
  const numbers = numbersOf(digits)
  const another: TagField = { kind: 'version', before, lead: v, numbers }
  const rebuild: TagField = { kind: 'rebuild', before, lead: v, form: '#', numbers }
  const isWindows = last === undefined ? windowsReleases.has(digits) : last.kind === 'text' && windowsWords.has(last.text.toLowerCase())
  if (isWindows) return plain(before, v + digits)
  if (version === null) return windowsBuild(before, numbers) ?? (numbers.length === 1 && (isCounted(last) || isTimestamp(numbers[0])) ? rebuild : another)
  if (isUnnumbered(last)) return { ...last, numbers }
  // Canonical's images name Ubuntu's release by number alone: `1.24-24.04_beta`.
  const release = digits.includes('.') && v === '' ? numberedRelease(names, 'ubuntu', digits) : null
  if (release !== null) return { kind: 'release', before, lead: '', form: '#', release }
  // The version of what the word names, which makes a variant: `kafka-3.8.0`.
  if (last?.kind === 'text') return plain(before, v + digits)
  if (isTimestamp(numbers.at(-1))) return rebuild
  return numbers.length === 1 && (last?.kind !== 'version' || isBuildNumber(numbers[0] ?? 0, before, version, context.next)) ? rebuild : another
}

/**
 * Whether an integer right behind a version counts builds: Java's behind `_`, small ones (`26.0.2-0`), large ones (`9.4-1214`), the one that ends a tag of two
 * parts (`9.4-15`, Red Hat), and commits since a version. Others name the language that the image is for (`4.0.5-20`, `1-20-bookworm`): a second version.
 */
function isBuildNumber(value: number, before: string, version: readonly number[], next: string | null): boolean {
  if (before === '_' || value < 10 || value > 99) return true
  return next === null ? version.length === 2 : isCommit(next)
}

/** Builds of Windows run on hosts of the same build only: of `10.0.20348.2762` only the last part moves. */
function windowsBuild(before: string, numbers: readonly number[]): TagField | null {
  const [ten, zero, build = 0, revision = 0] = numbers
  if (numbers.length !== 4 || ten !== 10 || zero !== 0 || build < 10_000) return null
  return { kind: 'rebuild', before, lead: `10.0.${build}.`, form: '#', numbers: [revision] }
}

const isCounted = (last: TagField | undefined): boolean => last?.kind === 'rebuild' || last?.kind === 'commit'

/** Seconds or milliseconds since 1970 rather than a version. */
function isTimestamp(value: number | undefined): boolean {
  const seconds = value === undefined ? 0 : value > 1e12 ? value / 1000 : value
  return seconds >= 1e9 && seconds < 5e9
}
