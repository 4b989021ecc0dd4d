/** `underpin refs`: the image uses of local files with byte spans and skip reasons. */
import type { Command } from 'commander'
import { formatImageName, formatReference } from '../../domain/image/reference.ts'
import { type ImageUse, skipCodes } from '../../domain/repo/image-use.ts'
import { columnsOf, padded } from '../../lib/visible.ts'
import { readLocalUses } from '../local-uses.ts'

/** One use as `refs --json` prints it (COMMANDS: a contract). */
export function usePrinted(use: ImageUse) {
  const { file, line, span, format, role, stage, inFinal, text, reference, platform, builtFor, skip } = use
  return {
    file,
    line,
    span,
    format,
    role,
    stage,
    inFinal,
    text,
    reference: reference === null ? null : formatReference(reference),
    imageName: reference === null ? null : formatImageName(reference.name),
    tag: reference?.tag ?? null,
    digest: reference?.digest ?? null,
    platform: reference === null ? null : platform,
    builtFor,
    edits: defaultEdits(use).map((edit) => ({ file: edit.file, span: edit.span, sets: edit.sets })),
    skip,
  }
}

/** The edits an update makes by default: no digest is put beside a tag that an ARG supplies, for that would switch `--build-arg` off. */
function defaultEdits(use: ImageUse): ImageUse['edits'] {
  const standsBeside = (edit: ImageUse['edits'][number]): boolean =>
    edit.sets === 'pin' && edit.file === use.file && edit.span[0] > use.span[0] && edit.span[0] <= use.span[1]
  return use.tagFromArgument ? use.edits.filter((edit) => !standsBeside(edit)) : use.edits
}

/** Whether the file of the use could not be read as text: wrong input, which the exit code tells. */
export function isUnreadable({ skip }: ImageUse): boolean {
  return skip !== null && ['unreadable', 'not-utf8', 'too-large'].includes(skip.code)
}

/** Adds the command `refs` to `program`. It sets the exit code: 0, or 2 when something could not be read. */
export function registerRefs(program: Command): void {
  program
    .command('refs')
    .description('print the image uses of files, with byte spans and skip reasons')
    .argument('[path...]', 'files, or folders in which to look for those that name images')
    .option('--json', 'print one JSON document')
    .option('--codes', 'print the skip codes and what they mean')
    .action(async (paths: readonly string[], options: { readonly json?: true; readonly codes?: true }) => {
      if (options.codes === true) return print(options.json === true ? JSON.stringify(skipCodes, null, 2) : codesTable())
      if (paths.length === 0) {
        process.exitCode = 2
        return void process.stderr.write('refs needs a file or a folder; --codes lists the skip codes\n')
      }
      const { uses, problems } = await readLocalUses(paths)
      print(options.json === true ? `[${uses.map((use) => JSON.stringify(usePrinted(use))).join(',')}]` : usesTable(uses))
      for (const problem of problems) process.stderr.write(`${problem}\n`)
      if (problems.length > 0 || uses.some(isUnreadable)) process.exitCode = 2
    })
}

const print = (text: string): void => void process.stdout.write(text === '' ? '' : `${text}\n`)

function codesTable(): string {
  const codes = Object.entries(skipCodes)
  const width = Math.max(...codes.map(([code]) => code.length))
  return codes.map(([code, meaning]) => `${code.padEnd(width)}  ${meaning}`).join('\n')
}

/** A table for people: control characters of the file do not reach the terminal. */
function usesTable(uses: readonly ImageUse[]): string {
  const rows = uses.map((use) => [
    `${use.file}:${use.line}`,
    use.role,
    use.reference === null ? use.text : formatReference(use.reference),
    use.skip === null ? '' : `${use.skip.code}: ${use.skip.message}`,
  ])
  const clean = rows.map((row) => row.map((cell) => cell.replace(/\p{C}+/gu, ' ')))
  const widths = [0, 1, 2].map((column) => Math.min(80, Math.max(0, ...clean.map((row) => columnsOf(row[column] ?? '')))))
  return clean
    .map((row) =>
      row
        .map((cell, column) => padded(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
