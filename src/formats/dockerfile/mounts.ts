/** The options of `RUN --mount=…` (CSV), as far as images go. */
import type { Instruction } from './instructions.ts'
import { Refusal } from '../refusal.ts'
import { part, type Sourced, SourcedBuilder } from '../sourced.ts'

export type MountOptions = { /** The last `from=` with a value. */ readonly from: Sourced | null }

/** Each mount of a RUN. Throws `Refusal` on broken CSV. */
export function mountOptions(run: Instruction): readonly MountOptions[] {
  const mounts: MountOptions[] = []
  for (const flag of run.flags) {
    const isMount = flag.text.startsWith('--mount=')
    if (!isMount && !flag.text.startsWith('--device=')) continue
    const fields = csvFields(part(flag, flag.text.indexOf('=') + 1), run.at)
    if (!isMount) continue
    let from: Sourced | null = null
    for (const field of fields) if (/^from=/i.test(field.text)) from = part(field, 'from='.length)
    mounts.push({ from: from?.text === '' ? null : from })
  }
  return mounts
}

/** The fields of one CSV record with Go's strictness about quotes. */
function csvFields(record: Sourced, at: number): readonly Sourced[] {
  const { text } = record
  const fields: Sourced[] = []
  if (text === '') throw new Refusal('a flag of RUN has an empty value', at)
  for (let pos = 0; pos <= text.length; pos++) {
    if (text[pos] !== '"') {
      const comma = text.indexOf(',', pos)
      const end = comma < 0 ? text.length : comma
      const field = part(record, pos, end)
      if (field.text.includes('"')) throw new Refusal('a bare quote stands in the options of a flag', at)
      fields.push(field)
      pos = end
      continue
    }
    const field = new SourcedBuilder()
    for (pos++; ; pos++) {
      if (pos >= text.length) throw new Refusal('a quote in the options of a flag is not closed', at)
      if (text[pos] === '"' && text[++pos] !== '"') break
      field.add(record, pos)
    }
    if (pos < text.length && text[pos] !== ',') throw new Refusal('a quote in the options of a flag is not closed', at)
    fields.push(field.take())
  }
  return fields
}
