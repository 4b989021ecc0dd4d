/** Names of saved images: whoever saves them spells them out, whoever asks for them does not. */
import { formatImageName, parseReference, tagOrLatest } from '../../domain/image/reference.ts'

/** Whether both mean the same: equal as text, or as references (`app:1` and `docker.io/library/app:1`). */
export function isSameName(asked: string, written: string): boolean {
  return asked === written || (asked.includes(':') && fullName(asked) === fullName(written))
}

function fullName(text: string): string {
  const parsed = parseReference(text)
  return parsed.kind === 'invalid' ? text : `${formatImageName(parsed.reference.name)}:${tagOrLatest(parsed.reference)}`
}
