/** Which stages of a Dockerfile a build needs: the one that it names, and what that one stands on or copies from. */
import type { Escape } from './escape.ts'
import { type Instruction, triggerOf } from './instructions.ts'
import { mountOptions } from './mounts.ts'
import type { Stage } from './stages.ts'
import { flagValue } from './validity.ts'

/** The stages that are needed for `targets` (lower-case names; null and what names no stage are the last). `steps` are the instructions of each stage by its index. */
export function neededStages(
  stages: readonly Stage[],
  steps: readonly (readonly Instruction[])[],
  targets: readonly (string | null)[],
  escape: Escape,
): ReadonlySet<Stage> {
  const byName = new Map(stages.flatMap((stage) => (stage.name === null ? [] : [[stage.name, stage] as const])))
  const needed = new Set<Stage>()
  const open = targets.map((target) => (target === null ? undefined : byName.get(target)) ?? stages.at(-1))
  for (let stage = open.pop(); stage !== undefined || open.length > 0; stage = open.pop()) {
    if (stage === undefined || needed.has(stage)) continue
    needed.add(stage)
    if (stage.replacedBy !== null) continue
    if (stage.parent !== null) open.push(stage.parent)
    for (const name of (steps[stage.index] ?? []).flatMap((step) => namesIn(step, escape)))
      open.push(byName.get(name) ?? stages[/^\d+$/.test(name) ? Number(name) : -1])
  }
  return needed
}

/** What `--from` and the mounts of an instruction name, in lower case. */
function namesIn(instruction: Instruction, escape: Escape): readonly string[] {
  if (instruction.keyword === 'onbuild') {
    const trigger = triggerOf(instruction, escape)
    return trigger.keyword === 'onbuild' || trigger.keyword === 'run' ? [] : namesIn(trigger, escape)
  }
  const copied = instruction.keyword === 'copy' ? flagValue(instruction, 'from') : null
  const mounted = instruction.keyword === 'run' ? mountOptions(instruction).map(({ from }) => from) : []
  return [copied, ...mounted].flatMap((from) => (from === null ? [] : [from.text.toLowerCase()]))
}
