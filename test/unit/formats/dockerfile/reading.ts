/** Short ways to read a Dockerfile in tests. */
import { formatReference } from '../../../../src/domain/image/reference.ts'
import type { ImageUse } from '../../../../src/domain/repo/image-use.ts'
import { fileUses } from '../../../support/file-uses.ts'

/** The uses of the Dockerfile `text`. */
export function readUses(text: string): readonly ImageUse[] {
  return fileUses('Dockerfile', Buffer.from(text, 'utf8'))
}

/** The references of the uses that nothing makes us skip. */
export function references(text: string): readonly string[] {
  return readUses(text).flatMap(({ reference, skip }) => (reference === null || skip !== null ? [] : [formatReference(reference)]))
}

/** The skip codes of the uses. */
export function skips(text: string): readonly (string | null)[] {
  return readUses(text).map(({ skip }) => skip?.code ?? null)
}
