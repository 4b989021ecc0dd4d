/** Files that another tool fills in before they are read: what is written around the actions of such a template is known all the same. */
import type { FileReading, RepoText, Surroundings } from '../domain/repo/file-reading.ts'
import type { ImageUse } from '../domain/repo/image-use.ts'
import type { FileFormat } from './file-format.ts'
import { withoutActions } from './kubernetes/template.ts'

/**
 * `format` with files that are no YAML because they are templates read with their `{{ … }}` blanked out, where that says more. Those at paths that
 * `isTemplate` matches are read so in any case.
 */
export function templated(format: FileFormat, isTemplate = /(?!)/): FileFormat {
  return {
    ...format,
    read: (file, surroundings): FileReading => {
      const text = Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength)
      const hasActions = text.includes('{{')
      if (hasActions && isTemplate.test(file.path)) return withoutHoles(format, file, text, surroundings)
      const reading = format.read(file, surroundings)
      if (!hasActions || !reading.uses.some(({ skip }) => skip?.code === 'template' || skip?.code === 'invalid-syntax')) return reading
      const blanked = withoutHoles(format, file, text, surroundings)
      return known(blanked) < known(reading) ? reading : blanked
    },
  }
}

function withoutHoles(format: FileFormat, { path }: RepoText, text: Buffer, surroundings: Surroundings): FileReading {
  const blanked = format.read({ path, bytes: Buffer.from(withoutActions(text.toString('latin1')), 'latin1') }, surroundings)
  return { ...blanked, uses: blanked.uses.map((use) => asWritten(use, text)) }
}

/** Of how many uses the reading says more than that they are skipped. */
const known = ({ uses }: FileReading): number => uses.filter(({ reference }) => reference !== null).length

function asWritten(use: ImageUse, text: Buffer): ImageUse {
  const written = { ...use, text: text.toString('utf8', ...use.span) }
  if (use.skip?.code !== 'invalid-syntax' && !(use.skip?.code === 'invalid-reference' && written.text.includes('{{'))) return written
  return { ...written, skip: { code: 'template', message: 'it is a template, and what stands there is known only when it is filled in' } }
}
